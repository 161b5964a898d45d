"""Commands that other distributions, the demo and the benchmark, add to `lealtad`."""

from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points

import typer

from lealtad_local.local_commands import PANEL

GROUP = "lealtad.commands"
"""A distribution declares `name = "module:run"` in this group; `run(arguments)` returns the exit code."""
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def add_commands(app: typer.Typer) -> None:
    """Add a command for each installed entry point; its module is imported only when it runs."""
    for point in entry_points(group=GROUP):
        app.command(point.name, context_settings=PASS_ON, help=_summary(point), rich_help_panel=PANEL)(_command(point))


def _command(point: EntryPoint) -> Callable[[typer.Context], None]:
    def command(context: typer.Context) -> None:
        run: Callable[[Sequence[str]], int] = point.load()
        raise typer.Exit(run(context.args))

    return command


def _summary(point: EntryPoint) -> str:
    """Return the summary of the distribution that declares `point`."""
    summary = point.dist.metadata["Summary"] if point.dist else point.value
    return f"{summary}; lealtad {point.name} --help."
