"""`lealtad status` says what is away, and fits a terminal of 80 columns."""

from pathlib import Path

import httpx
import pytest
from rich.console import Console

from lealtad_local import outage, status
from lealtad_local.home import Home
from lealtad_local.services import SERVICES
from lealtad_local.stack import Stack
from lealtad_local.state import Phase, ProcessState, StackState, Status

PROGRESS = {
    "settled": False,
    "held": None,
    "lag": 12345,
    "outbox_rows": 100000,
    "outbox_oldest_s": 1234.5,
    "dead_letters": 1000,
    "due": {"case-deadlines": 12, "review-best-action": 345},
    "pending_reactions": 1000,
    "paused": ["activity/3", "customers/11"],
}


def stack_of(folder: Path, *servers: str) -> Stack:
    """A stack whose state names all workers; of `servers` nothing was ever started."""
    workers = [service.worker(0) for service in SERVICES]
    processes = {name: ProcessState(name=name, port=1, status=Status.READY) for name in (*servers, *workers)}
    return Stack(Home(folder), StackState(phase=Phase.READY, processes=processes))


def client_of(failures: dict[str, str] | None) -> httpx.AsyncClient:
    """Workers whose readiness fails by these checks; None: they say nothing at all."""

    def answer(request: httpx.Request) -> httpx.Response:
        if failures is None:
            raise httpx.ReadTimeout("silent", request=request)
        return httpx.Response(503, json={"status": "failing", "failures": failures})

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


async def test_nothing_is_away_while_every_service_tells_its_lag(tmp_path: Path) -> None:
    assert await outage.seen(stack_of(tmp_path, "kafka"), client_of(None), {"campaigns": PROGRESS}) == []


@pytest.mark.parametrize(("server", "name"), [("kafka", "Kafka"), ("postgres", "The database")])
async def test_a_server_that_is_away_is_named_instead_of_the_workers_that_wait_for_it(
    tmp_path: Path, server: str, name: str
) -> None:
    seen = await outage.seen(stack_of(tmp_path, server), client_of(None), {"campaigns": None})
    assert seen == [f"{name} does not answer."]


async def test_a_server_of_its_own_is_seen_by_what_the_workers_tell(tmp_path: Path) -> None:
    consumers = {"campaigns": None, "complaints": PROGRESS | {"lag": None}}
    seen = await outage.seen(stack_of(tmp_path), client_of({"database": "no answer within 2 s"}), consumers)
    assert seen == ["Kafka does not answer to complaints.", "The database does not answer to campaigns."]


async def test_workers_that_say_nothing_while_the_servers_answer_are_named(tmp_path: Path) -> None:
    seen = await outage.seen(stack_of(tmp_path), client_of(None), {"campaigns": None, "complaints": PROGRESS})
    assert seen == ["No worker answers of campaigns."]


def test_the_tables_fit_eighty_columns_without_cutting_anything(tmp_path: Path) -> None:
    names = [name for service in SERVICES for name in (service.api(), service.worker(0))]
    process = {"status": "backing off", "pid": 1234567, "port": 65535, "restarts": 10}
    found = {
        "processes": [{"name": name, **process, "ended": "answered no probe for 30 s"} for name in names],
        "consumers": {service.name: PROGRESS for service in SERVICES} | {"complaints": None},
        "away": ["No worker answers of complaints."],
    }
    console = Console(width=80, record=True)
    console.print(status.tables(found))
    drawn = console.export_text()
    assert "…" not in drawn
    for word in ("restarts", "dead letters", "pending", "oldest", "customer-profile-worker-0", "12345", "1234.5 s"):
        assert word in drawn
    assert "campaigns: due are case-deadlines 12, review-best-action 345" in drawn
    assert "campaigns: paused are activity/3, customers/11" in drawn
    assert "No worker answers of complaints." in drawn


def report(**changes: object) -> status.Report:
    return {
        "phase": "ready",
        "processes": [{"name": "campaigns-worker-0", "status": "ready"}],
        "consumers": {"campaigns": PROGRESS},
        "away": [],
    } | changes


def test_a_stack_is_healthy_while_every_process_is_ready_and_every_service_works() -> None:
    assert status.is_healthy(report())


@pytest.mark.parametrize(
    "change",
    [
        {"phase": "failed"},
        {"processes": [{"name": "campaigns-worker-0", "status": "stopped"}]},
        {"processes": [{"name": "campaigns-worker-0", "status": "backing off"}]},
        {"consumers": {"campaigns": None}},
        {"consumers": {"campaigns": PROGRESS | {"held": "another cluster"}}},
        {"away": ["Kafka does not answer."]},
    ],
)
def test_a_stack_is_not_healthy_where_something_is_down_or_held(change: dict[str, object]) -> None:
    assert not status.is_healthy(report(**change))
