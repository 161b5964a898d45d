"""The status report of the stack: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import httpx
from rich.box import SIMPLE
from rich.console import Group
from rich.table import Table
from rich.text import Text

from lealtad_local import outage
from lealtad_local.progress import Progress, read_progress
from lealtad_local.services import SERVICES, Service
from lealtad_local.stack import Stack
from lealtad_local.state import Phase, Status

Report = dict[str, Any]

UNKNOWN = "?"


async def report(stack: Stack, client: httpx.AsyncClient) -> Report:
    """Return the processes, the progress of each service, and the silent servers and workers.

    Progress is lag, outbox, dead letters, due backlog and paused partitions, or None where no worker of the service
    answers. `away` names the silent servers and workers.
    """
    progress = await read_progress(stack, client, stack.workers())
    consumers = {service.name: _consumer(service, stack, progress) for service in SERVICES}
    return {
        "phase": stack.state.phase,
        "processes": [
            process.model_dump(mode="json", exclude={"identity"})
            | {"pid": process.identity.pid if process.identity else None}
            for process in stack.state.processes.values()
        ],
        "consumers": consumers,
        "away": await outage.seen(stack, client, consumers),
    }


def is_healthy(found: Report) -> bool:
    """Return true when every process is ready, and every service answers, reads and is not held."""
    ready = all(process["status"] == Status.READY for process in found["processes"])
    working = all(each is not None and not each["held"] for each in found["consumers"].values())
    return found["phase"] == Phase.READY and ready and working and not found["away"]


def _consumer(service: Service, stack: Stack, progress: dict[str, Progress | None]) -> Report | None:
    slots = range(stack.state.options.workers)
    answers = [answer for slot in slots if (answer := progress[service.worker(slot)])]
    return consumer_of(answers) if answers else None


def consumer_of(answers: Sequence[Progress]) -> Report:
    """Return the progress of a service of which at least one process answers."""
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
    """Render a report. Its tables fit 80 columns, so names of due work and of partitions stand below them."""
    details = [line for name, each in found["consumers"].items() if each for line in _details(name, each)]
    unseen = [found["unseen"]] if "unseen" in found else []
    lines = [Text(line) for line in (*found["away"], *details, *unseen)]
    processes = [_processes(found["processes"])] if "processes" in found else []
    return Group(*processes, _consumers(found["consumers"]), *lines)


def _details(service: str, found: Report) -> Iterator[str]:
    if due := [f"{name} {count}" for name, count in found["due"].items() if count]:
        yield f"{service}: due are {', '.join(due)}"
    if found["paused"]:
        yield f"{service}: paused are {', '.join(found['paused'])}"
    if found["held"]:
        yield f"{service} is held: {found['held']}"


def _processes(processes: list[Report]) -> Table:
    table = _table("process", "status", "pid", "port", "restarts", "last end")
    for process in processes:
        cells = ("name", "status", "pid", "port", "restarts", "ended")
        table.add_row(*("" if process[cell] is None else str(process[cell]) for cell in cells))
    return table


def _consumers(consumers: dict[str, Report | None]) -> Table:
    """Render the progress of the services, with what only a worker tells (paused) or only an API (workers)."""
    last = "workers" if any(found and "workers" in found for found in consumers.values()) else "paused"
    table = _table("service", "lag", "outbox", "oldest", "dead letters", "due", "pending", last)
    for service, found in consumers.items():
        if found is None:
            table.add_row(service, *[UNKNOWN] * 7)
            continue
        oldest = found["outbox_oldest_s"]
        table.add_row(
            service,
            UNKNOWN if found["lag"] is None else str(found["lag"]),
            str(found["outbox_rows"]),
            "" if oldest is None else f"{oldest:.1f} s",
            str(found["dead_letters"]),
            str(sum(found["due"].values())),
            str(found["pending_reactions"]),
            UNKNOWN if found[last] is None else str(len(found[last])),
        )
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(first, no_wrap=True)
    for column in others:
        # The table cuts no word of a heading; long contents take more lines.
        table.add_column(column, min_width=max(map(len, column.split())), overflow="fold")
    return table
