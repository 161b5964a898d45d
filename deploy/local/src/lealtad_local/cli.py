"""The `lealtad` command."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import httpx
import typer
from rich.console import Console

from lealtad_local import clock, commands, dead_letters, failures, logs, process_stop, progress, stack, status, trace
from lealtad_local.errors import StackError
from lealtad_local.extensions import add_commands
from lealtad_local.home import Home
from lealtad_local.jars import JarsUnavailableError
from lealtad_local.server import ServerDidNotStartError
from lealtad_local.stack import Stack
from lealtad_local.state import PARTITIONS, Options

T = TypeVar("T")

app = typer.Typer(
    help="Run and look into the whole Lealtad stack on this machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
clock_app = typer.Typer(help="The stack's business time.", no_args_is_help=True)
dead_letters_app = typer.Typer(help="Events that a service could not handle.", no_args_is_help=True)
app.add_typer(clock_app, name="clock")
app.add_typer(dead_letters_app, name="dead-letters")

console = Console()
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


@app.command()
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
    running = stack.up(Home.default(), options, say=console.print)
    for service, url in running.urls().items():
        console.print(f"{service:<18} {url}/docs")
    console.print("\nA token for all of them, valid for 12 hours:")
    console.out(running.token())


@app.command()
def down(*, wipe: Annotated[bool, typer.Option(help="Delete all data, logs and secrets too.")] = False) -> None:
    """Stop everything; works after a crash, too."""
    home = Home.default()
    console.print("Stopped." if stack.down(home) else "Nothing was running.")
    if wipe:
        stack.wipe(home)
        console.print(f"{home.folder} is gone.")


@app.command()
def stop(process: Annotated[str, typer.Argument(help="One process, as `status` names it.")]) -> None:
    """Stop one process and keep it stopped, until `start` or the next `up`."""
    process_stop.stop(_running(), process)
    console.print(f"{process} is stopped. Start it again: lealtad start {process}")


@app.command()
def start(process: Annotated[str, typer.Argument(help="One process, as `status` names it.")]) -> None:
    """Start a process again that `stop` stopped."""
    process_stop.start(_running(), process)
    console.print(f"{process} is up.")


@app.command("status")
def show_status(*, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show every process, and each service's lag, outbox, dead letters, due work and paused partitions.

    The exit status is 1 where a process is not ready, or a service does not answer or is held.
    """
    found = _ask(status.report)
    if as_json:
        console.out(json.dumps(found))
    else:
        console.print(status.tables(found))
    if not status.is_healthy(found):
        raise typer.Exit(1)


@app.command("logs")
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


@app.command()
def settle(
    timeout: Annotated[float, typer.Option(help="Seconds to wait at most.")] = 60,
) -> None:
    """Wait until every event is handled and nothing is due."""
    seconds = _ask(lambda running, client: progress.settle(running, client, timeout))
    console.print(f"Settled after {seconds:.2f} s.")


@app.command()
def token(
    scope: Annotated[
        list[str] | None, typer.Option(metavar="SCOPE", help="Repeat for several; all without it.")
    ] = None,
    subject: Annotated[str, typer.Option(help="Who the caller is.")] = "local",
    hours: Annotated[float, typer.Option(help="How long it is valid.")] = 12,
) -> None:
    """Mint a bearer token for this stack."""
    if hours <= 0:
        raise StackError("A token is valid for some time: --hours is more than 0.")
    try:
        console.out(_running().token(scope, subject, timedelta(hours=hours)))
    except ValueError as error:
        raise StackError(str(error)) from error


@app.command("trace")
def show_trace(event_id: Annotated[str, typer.Argument(help="The `event_id` of a fact's answer.")]) -> None:
    """Show what every service did with an event, what came of it, and why nothing where nothing did."""
    event = _ask(lambda running, client: trace.follow(running, client, event_id))
    console.print(trace.draw(event))
    if not event.steps:
        raise typer.Exit(1)


@dead_letters_app.command("list")
def list_dead_letters() -> None:
    """Show what no service has handled yet, and why."""
    console.print(dead_letters.table(_ask(dead_letters.open_letters)))


@dead_letters_app.command("replay")
def replay_dead_letters(
    identity: Annotated[str | None, typer.Argument(help="One dead letter; all without it.")] = None,
) -> None:
    """Have dead letters tried again, after their cause was mended."""
    asked = _ask(lambda running, client: dead_letters.replay(running, client, identity))
    console.print(f"{len(asked)} will be tried again within a second or two.")


@dead_letters_app.command("discard")
def discard_dead_letter(
    identity: Annotated[str, typer.Argument(help="One dead letter, as `list` shows it.")],
    *,
    reason: Annotated[str, typer.Option(help="Why it is never to be handled; kept in the journal.")],
) -> None:
    """Close a dead letter without handling it; its record stays without effect."""
    letter = _ask(lambda running, client: dead_letters.discard(running, client, identity, reason))
    console.print(f"{letter['id']} of {letter['service']} is discarded.")


@app.command()
def rebuild(
    service: Annotated[str, typer.Argument(help="Its name: segmentation, churn-scoring …")],
) -> None:
    """Fold all derived state of a service again from the topics, while it goes on working."""
    raise typer.Exit(commands.run(_running(), service, "rebuild"))


@app.command()
def republish(
    service: Annotated[str, typer.Argument(help="Its name: customer-profile, complaints …")],
    *,
    since: Annotated[str, typer.Option(help="RFC 3339 (UTC without offset): what was stored then or later.")],
) -> None:
    """Send again what a service emitted, byte by byte as it was; readers drop what they know."""
    raise typer.Exit(commands.run(_running(), service, "republish", "--since", since))


@app.command("adopt-restore")
def adopt_restore(
    service: Annotated[str, typer.Argument(help="Its name: customer-profile, complaints …")],
) -> None:
    """Make a database that was restored from a back-up fit Kafka as it stands; its workers are held until then."""
    raise typer.Exit(commands.run(_running(), service, "adopt-restore"))


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


def _running() -> Stack:
    return Stack.running(Home.default())


def _ask(question: Callable[[Stack, httpx.AsyncClient], Awaitable[T]]) -> T:
    running = _running()

    async def ask() -> T:
        async with running.client() as client:
            return await question(running, client)

    return asyncio.run(ask())
