"""Commands that serve the stack on this machine only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from lealtad_local import clock, commands, logs, process_stop, progress, stack
from lealtad_local.choice import ask_of, running
from lealtad_local.home import Home
from lealtad_local.state import PARTITIONS, Options

PANEL = "The local stack only"

local = typer.Typer()
clock_app = typer.Typer(help="The stack's business time.", no_args_is_help=True)
console = Console()


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in local.registered_commands:
        command.rich_help_panel = PANEL
    app.add_typer(local)
    app.add_typer(clock_app, name="clock", rich_help_panel=PANEL)


@local.command()
def up(
    *,
    workers: Annotated[int, typer.Option(help="Worker processes per service.", min=1, max=12)] = 1,
    start: Annotated[
        datetime | None, typer.Option("--clock", help="Run on a clock of its own that starts then (UTC).")
    ] = None,
    fresh: Annotated[bool, typer.Option(help="Begin with empty Kafka and PostgreSQL.")] = False,
    partitions: Annotated[
        int | None,
        typer.Option(
            envvar="LEALTAD_TOPIC_PARTITIONS",
            help=f"Partitions of each topic, fixed for the life of the data; {PARTITIONS} in a new stack.",
            min=1,
            max=100,
        ),
    ] = None,
    frozen_after: Annotated[float, typer.Option(help="Seconds without an answer after which a process is ended.")] = 30,
) -> None:
    """Start everything, and leave it running."""
    options = Options(
        workers=workers,
        clock=start.replace(tzinfo=UTC) if start else None,
        fresh=fresh,
        partitions=partitions,
        frozen_after_s=frozen_after,
    )
    started = stack.up(Home.default(), options, say=console.print)
    for service, url in started.apis().items():
        console.print(f"{service:<18} {url}/docs")
    console.print("\nA token for all of them, valid for 12 hours:")
    console.out(started.token())


@local.command()
def down(*, wipe: Annotated[bool, typer.Option(help="Delete all data, logs and secrets too.")] = False) -> None:
    """Stop everything; works after a crash, too."""
    home = Home.default()
    console.print("Stopped." if stack.down(home) else "Nothing was running.")
    if wipe:
        stack.wipe(home)
        console.print(f"{home.folder} is gone.")


@local.command()
def stop(process: Annotated[str, typer.Argument(help="One process, as `status` names it.")]) -> None:
    """Stop one process and keep it stopped, until `start` or the next `up`."""
    process_stop.stop(running(), process)
    console.print(f"{process} is stopped. Start it again: lealtad start {process}")


@local.command()
def start(process: Annotated[str, typer.Argument(help="One process, as `status` names it.")]) -> None:
    """Start a process again that `stop` stopped."""
    process_stop.start(running(), process)
    console.print(f"{process} is up.")


@local.command("logs")
def show_logs(
    process: Annotated[str | None, typer.Argument(help="One process; all without it.")] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1)] = 20,
) -> None:
    """Show the end of the logs."""
    paths = logs.files(Home.default(), process)
    for line in logs.tail(paths, lines):
        console.out(line, highlight=False)
    if follow:
        for line in logs.follow(paths):
            console.out(line, highlight=False)


@local.command()
def settle(
    timeout: Annotated[float, typer.Option(help="Seconds to wait at most.")] = 60,
) -> None:
    """Wait until every event is handled and nothing is due."""
    seconds = ask_of(running(), lambda stack, client: progress.settle(stack, client, timeout))
    console.print(f"Settled after {seconds:.2f} s.")


@local.command()
def rebuild(
    service: Annotated[str, typer.Argument(help="Its name: segmentation, churn-scoring …")],
) -> None:
    """Fold all derived state of a service again from the topics, while it goes on working."""
    raise typer.Exit(commands.run(running(), service, "rebuild"))


@local.command()
def republish(
    service: Annotated[str, typer.Argument(help="Its name: customer-profile, complaints …")],
    *,
    since: Annotated[str, typer.Option(help="RFC 3339 (UTC without offset): what was stored then or later.")],
) -> None:
    """Send again what a service emitted, byte by byte as it was; readers drop what they know."""
    raise typer.Exit(commands.run(running(), service, "republish", "--since", since))


@local.command("adopt-restore")
def adopt_restore(
    service: Annotated[str, typer.Argument(help="Its name: customer-profile, complaints …")],
) -> None:
    """Make a database that was restored from a back-up fit Kafka as it stands; its workers are held until then."""
    raise typer.Exit(commands.run(running(), service, "adopt-restore"))


@clock_app.command("show")
def show_clock() -> None:
    """Show the stack's business time."""
    console.out(clock.read(Home.default()).isoformat())


@clock_app.command("set")
def set_clock(moment: Annotated[datetime, typer.Argument(help="UTC")]) -> None:
    """Move the clock to a later time."""
    clock.set_to(Home.default(), moment.replace(tzinfo=UTC))
    show_clock()


@clock_app.command("advance")
def advance_clock(days: Annotated[float, typer.Option()] = 0, hours: Annotated[float, typer.Option()] = 0) -> None:
    """Move the clock on."""
    clock.advance(Home.default(), clock.span(days, hours))
    show_clock()
