"""Commands that work with any deployment: the local stack, or the one that `--target` names."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console

from lealtad_local import dead_letters, remote_status, status, trace
from lealtad_local.choice import ask, ask_of, choice_of, running
from lealtad_local.errors import StackError

PANEL = "Any deployment: the local stack, or --target"
NOT_MINTED = (
    "A token is minted with the deployment's secret, which only its processes know. Where they run: "
    "`docker compose exec customer-profile-api python -m customer_profile token`, "
    "or `kubectl exec` with the same command; else ask the identity provider."
)

dead_letters_app = typer.Typer(help="Events that a service could not handle.", no_args_is_help=True)
console = Console()

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("status", rich_help_panel=PANEL)(show_status)
    app.command("trace", rich_help_panel=PANEL)(show_trace)
    app.add_typer(dead_letters_app, name="dead-letters", rich_help_panel=PANEL)
    app.command(rich_help_panel=PANEL)(token)


def show_status(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Show each service's lag, outbox, dead letters, due work and workers; of the local stack every process too.

    The exit status is 1 where a process is not ready, or a service does not answer, has no worker or is held.
    """
    if remote := choice_of(context).remote():
        found = ask_of(remote, remote_status.report)
        healthy = remote_status.is_healthy(found)
    else:
        found = ask_of(running(), status.report)
        healthy = status.is_healthy(found)
    if as_json:
        console.out(json.dumps(found))
    else:
        console.print(status.tables(found))
    if not healthy:
        raise typer.Exit(1)


def show_trace(
    context: typer.Context, event_id: Annotated[str, typer.Argument(help="The `event_id` of a fact's answer.")]
) -> None:
    """Show what every service did with an event, what came of it, and why nothing where nothing did."""
    event = ask(context, lambda deployment, client: trace.follow(deployment, client, event_id))
    console.print(trace.draw(event))
    if not event.steps:
        raise typer.Exit(1)


@dead_letters_app.command("list")
def list_dead_letters(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Show what no service has handled yet, and why."""
    letters = ask(context, dead_letters.open_letters)
    if as_json:
        console.out(json.dumps(letters))
    else:
        console.print(dead_letters.table(letters))


@dead_letters_app.command("show")
def show_dead_letter(
    context: typer.Context,
    identity: Annotated[str, typer.Argument(help="One dead letter, as `list` shows it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one dead letter, open or closed: its record, the reason, who discarded it."""
    letter = ask(context, lambda deployment, client: dead_letters.show(deployment, client, identity))
    if as_json:
        console.out(json.dumps(letter))
    else:
        console.print(dead_letters.details(letter))


@dead_letters_app.command("replay")
def replay_dead_letters(
    context: typer.Context,
    identity: Annotated[str | None, typer.Argument(help="One dead letter; all open ones without it.")] = None,
) -> None:
    """Have dead letters tried again, after their cause was mended."""
    asked = ask(context, lambda deployment, client: dead_letters.replay(deployment, client, identity))
    console.print(f"{len(asked)} will be tried again within a second or two.")


@dead_letters_app.command("discard")
def discard_dead_letter(
    context: typer.Context,
    identity: Annotated[str, typer.Argument(help="One dead letter, as `list` shows it.")],
    *,
    reason: Annotated[str, typer.Option(help="Why it is never to be handled; kept in the journal.")],
) -> None:
    """Close a dead letter without handling it; its record stays without effect."""
    letter = ask(context, lambda deployment, client: dead_letters.discard(deployment, client, identity, reason))
    console.print(f"{letter['id']} of {letter['service']} is discarded.")


def token(
    context: typer.Context,
    scope: Annotated[
        list[str] | None, typer.Option(metavar="SCOPE", help="Repeat for several; all without it.")
    ] = None,
    subject: Annotated[str, typer.Option(help="Who the caller is.")] = "local",
    hours: Annotated[float, typer.Option(help="How long it is valid.")] = 12,
) -> None:
    """Mint a bearer token for the local stack; with --target, say where one is minted."""
    if choice_of(context).targets:
        raise StackError(NOT_MINTED)
    if hours <= 0:
        raise StackError("A token is valid for some time: --hours is more than 0.")
    try:
        console.out(running().token(scope, subject, timedelta(hours=hours)))
    except ValueError as error:
        raise StackError(str(error)) from error
