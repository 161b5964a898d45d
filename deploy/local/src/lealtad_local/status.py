"""The state of the stack for people (a table) and for programs (JSON)."""

from __future__ import annotations

from typing import Any

import httpx
from rich.box import SIMPLE
from rich.console import Group
from rich.table import Table

from lealtad_local.progress import Progress, read_progress
from lealtad_local.services import SERVICES, Service
from lealtad_local.stack import Stack

Report = dict[str, Any]


async def report(stack: Stack, client: httpx.AsyncClient) -> Report:
    """Return processes, and per service its lag, outbox, dead letters, due backlog and paused partitions."""
    progress = await read_progress(stack, client, stack.workers())
    return {
        "phase": stack.state.phase,
        "processes": [
            process.model_dump(mode="json", exclude={"identity"})
            | {"pid": process.identity.pid if process.identity else None}
            for process in stack.state.processes.values()
        ],
        "consumers": {service.name: _consumer(service, stack, progress) for service in SERVICES},
    }


def _consumer(service: Service, stack: Stack, progress: dict[str, Progress | None]) -> Report | None:
    slots = range(stack.state.options.workers)
    answers = [answer for slot in slots if (answer := progress[service.worker(slot)])]
    if not answers:
        return None
    answer = answers[0]
    return {
        "settled": answer["settled"],
        "held": answer["held"],
        "lag": None if answer["lag"] is None else sum(answer["lag"].values()),
        "lag_by_partition": {place: lag for place, lag in (answer["lag"] or {}).items() if lag},
        "outbox_rows": answer["outbox"]["rows"],
        "outbox_oldest_s": answer["outbox"]["oldest_s"],
        "dead_letters": answer["dead_letters"],
        "due": answer["due"],
        "pending_reactions": answer["pending_reactions"],
        "paused": sorted({place for each in answers for place in each["paused"]}),
    }


def tables(found: Report) -> Group:
    """Draw a report."""
    held = [f"{name} is held: {each['held']}" for name, each in found["consumers"].items() if each and each["held"]]
    return Group(_processes(found["processes"]), _consumers(found["consumers"]), *held)


def _processes(processes: list[Report]) -> Table:
    table = _table("process", "status", "pid", "port", "restarts", "ended the last time")
    for process in processes:
        cells = ("name", "status", "pid", "port", "restarts", "ended")
        table.add_row(*("" if process[cell] is None else str(process[cell]) for cell in cells))
    return table


def _consumers(consumers: dict[str, Report | None]) -> Table:
    table = _table("service", "lag", "outbox", "oldest", "dead letters", "due", "pending", "paused")
    for service, found in consumers.items():
        if found is None:
            table.add_row(service, "no worker answers")
            continue
        oldest = found["outbox_oldest_s"]
        table.add_row(
            service,
            "Kafka does not answer" if found["lag"] is None else str(found["lag"]),
            str(found["outbox_rows"]),
            "" if oldest is None else f"{oldest:.1f} s",
            str(found["dead_letters"]),
            ", ".join(f"{name} {count}" for name, count in found["due"].items() if count) or "0",
            str(found["pending_reactions"]),
            ", ".join(found["paused"]),
        )
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=SIMPLE)
    table.add_column(first, no_wrap=True)
    for column in others:
        table.add_column(column)
    return table
