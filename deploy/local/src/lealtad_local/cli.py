"""The `lealtad` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from lealtad_local import deployment_commands, failures, local_commands, progress, targets
from lealtad_local.choice import Choice
from lealtad_local.errors import StackError
from lealtad_local.extensions import add_commands
from lealtad_local.jars import JarsUnavailableError
from lealtad_local.server import ServerDidNotStartError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
deployment_commands.add_to(app)
local_commands.add_to(app)

EXPECTED = (
    StackError,
    progress.NotSettledError,
    ServerDidNotStartError,
    JarsUnavailableError,
    httpx.HTTPError,
)


def main() -> None:
    """Run the command; print an expected error as one message, without a traceback."""
    add_commands(app)
    try:
        app()
    except EXPECTED as error:
        Console(stderr=True).print(failures.in_words(error), style="red", markup=False, soft_wrap=True)
        sys.exit(1)


@app.callback()
def choose(
    context: typer.Context,
    *,
    target: Annotated[
        list[str] | None,
        typer.Option(
            envvar="LEALTAD_TARGET",
            metavar="ADDRESS",
            help=f"Another deployment than the local stack. {targets.NOTATION} Repeat it for several.",
        ),
    ] = None,
    token: Annotated[
        str | None, typer.Option(envvar="LEALTAD_TOKEN", help="A bearer token of the target.", show_envvar=True)
    ] = None,
    ca: Annotated[
        Path | None,
        typer.Option(
            envvar="LEALTAD_CA_FILE",
            help="PEM file of the authority that signed the target's certificate; the system's without it.",
        ),
    ] = None,
    request_timeout: Annotated[
        float, typer.Option(help="Seconds that one answer of the target may take.", min=0.1, max=600)
    ] = 15,
) -> None:
    """Run the whole Lealtad stack on this machine, and look into it or into any other deployment."""
    choice = Choice(tuple(target or ()), token, ca, request_timeout)
    choice.require_possible(str(context.invoked_subcommand))
    context.obj = choice
