"""Dead letters of all services: list them, show one, have them tried again, discard one."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import httpx
from rich.table import Table
from rich.text import Text

from lealtad_local.deployment import Deployment
from lealtad_local.errors import StackError

DeadLetter = dict[str, Any]
"""A dead letter as its service shows it, with the name of its `service`."""


async def open_letters(deployment: Deployment, client: httpx.AsyncClient) -> list[DeadLetter]:
    """Return the open dead letters of all services, each with its `service`."""
    return [
        {"service": service, **letter}
        for service, url in deployment.urls().items()
        for letter in await _of(client, url)
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


async def show(deployment: Deployment, client: httpx.AsyncClient, identity: str) -> DeadLetter:
    """Return one dead letter, open or closed; raise StackError where no service has it."""

    async def ask(service: str, url: str) -> DeadLetter | None:
        answer = await client.get(f"{url}/v1/dead-letters/{identity}")
        if answer.status_code == HTTPStatus.NOT_FOUND and _is_problem(answer):
            return None
        return {"service": service, **answer.raise_for_status().json()}

    answers = await asyncio.gather(*(ask(service, url) for service, url in deployment.urls().items()))
    for letter in answers:
        if letter is not None:
            return letter
    raise StackError(f"No service has a dead letter {identity}. See: lealtad dead-letters list")


async def replay(deployment: Deployment, client: httpx.AsyncClient, identity: str | None) -> list[DeadLetter]:
    """Request another try of one dead letter, or of all open ones; return them.

    Raise StackError for one that was handled already. A discarded one is opened again.
    """
    wanted = await _wanted(deployment, client, identity)
    for letter in wanted:
        (await client.post(f"{_address(deployment, letter)}/replay")).raise_for_status()
    return wanted


async def _wanted(deployment: Deployment, client: httpx.AsyncClient, identity: str | None) -> list[DeadLetter]:
    if identity is None:
        return await open_letters(deployment, client)
    letter = await show(deployment, client, identity)
    if letter["replayed_at"] is not None:
        raise StackError(f"{identity} was handled by a replay at {letter['replayed_at']}: nothing is left to do.")
    return [letter]


async def discard(deployment: Deployment, client: httpx.AsyncClient, identity: str, reason: str) -> DeadLetter:
    """Close a dead letter without handling it, and return it.

    Raise StackError where the service refuses the reason.
    """
    letter = await show(deployment, client, identity)
    answer = await client.post(f"{_address(deployment, letter)}/discard", json={"reason": reason})
    if answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
        raise StackError(f"The reason is refused: it {answer.json()['errors'][0]['message']}.")
    answer.raise_for_status()
    return letter


def _is_problem(answer: httpx.Response) -> bool:
    return str(answer.headers.get("Content-Type", "")).startswith("application/problem+json")


def _address(deployment: Deployment, letter: DeadLetter) -> str:
    return f"{deployment.urls()[letter['service']]}/v1/dead-letters/{letter['id']}"


def table(letters: list[DeadLetter]) -> Table:
    """Render dead letters as a table."""
    drawn = Table("id", "service", "record", "reason", "since")
    for letter in letters:
        drawn.add_row(letter["id"], letter["service"], _record(letter), Text(letter["reason"]), letter["stored_at"])
    return drawn


def details(letter: DeadLetter) -> Table:
    """Render all that is known of one dead letter, its record aside, which may be personal."""
    drawn = Table.grid(padding=(0, 2))
    drawn.add_row("record", _record(letter))
    for name, value in letter.items():
        if name not in {"topic", "partition", "offset"}:
            drawn.add_row(name.replace("_", " "), Text("" if value is None else str(value)))
    return drawn


def _record(letter: DeadLetter) -> str:
    return f"{letter['topic']}/{letter['partition']}@{letter['offset']}"
