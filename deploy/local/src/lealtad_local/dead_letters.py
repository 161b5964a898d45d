"""Dead letters of all services: list them, and have them tried again."""

from __future__ import annotations

from typing import Any

import httpx
from rich.table import Table
from rich.text import Text

from lealtad_local.errors import StackError
from lealtad_local.services import SERVICES
from lealtad_local.stack import Stack

DeadLetter = dict[str, Any]


async def open_letters(stack: Stack, client: httpx.AsyncClient) -> list[DeadLetter]:
    """Return the open dead letters of all services, each with its `service`."""
    return [
        {"service": service.name, **letter}
        for service in SERVICES
        for letter in await _of(client, stack.url(service))
        if letter["replayed_at"] is None and letter["discarded_at"] is None
    ]


async def _of(client: httpx.AsyncClient, url: str) -> list[DeadLetter]:
    found: list[DeadLetter] = []
    parameters: dict[str, Any] = {"limit": 1000}
    while True:
        page = (await client.get(f"{url}/v1/dead-letters", params=parameters)).raise_for_status().json()
        found += page["items"]
        if not page["next_cursor"]:
            return found
        parameters["cursor"] = page["next_cursor"]


async def replay(stack: Stack, client: httpx.AsyncClient, identity: str | None) -> list[DeadLetter]:
    """Request another try of one dead letter, or of all; return them."""
    wanted = await _wanted(stack, client, identity)
    for letter in wanted:
        (await client.post(f"{_address(stack, letter)}/replay")).raise_for_status()
    return wanted


async def discard(stack: Stack, client: httpx.AsyncClient, identity: str, reason: str) -> DeadLetter:
    """Close a dead letter without handling it, and return it.

    Raise StackError where the service refuses the reason.
    """
    letter = (await _wanted(stack, client, identity))[0]
    answer = await client.post(f"{_address(stack, letter)}/discard", json={"reason": reason})
    if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
        raise StackError(f"The reason is refused: it {answer.json()['errors'][0]['message']}.")
    answer.raise_for_status()
    return letter


async def _wanted(stack: Stack, client: httpx.AsyncClient, identity: str | None) -> list[DeadLetter]:
    letters = await open_letters(stack, client)
    wanted = [letter for letter in letters if identity in (None, letter["id"])]
    if identity is not None and not wanted:
        raise StackError(f"No service has an open dead letter {identity}. See: lealtad dead-letters list")
    return wanted


def _address(stack: Stack, letter: DeadLetter) -> str:
    return f"{stack.urls()[letter['service']]}/v1/dead-letters/{letter['id']}"


def table(letters: list[DeadLetter]) -> Table:
    """Render dead letters as a table."""
    drawn = Table("id", "service", "record", "reason", "since")
    for letter in letters:
        record = f"{letter['topic']}/{letter['partition']}@{letter['offset']}"
        drawn.add_row(letter["id"], letter["service"], record, Text(letter["reason"]), letter["stored_at"])
    return drawn
