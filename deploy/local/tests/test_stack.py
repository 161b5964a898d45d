"""`lealtad` brings up real Kafka and PostgreSQL with ten processes, looks into them, and takes all of it down."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from lealtad_local.cli import app
from lealtad_local.home import Home
from lealtad_local.processes import Identity, wait_gone
from lealtad_local.services import SERVICES
from lealtad_local.stack import down, wipe
from lealtad_local.state import PARTITIONS, Phase, StackState, Status

TINY_SERVICE = Path(__file__).with_name("tiny_service.py")
START = "2010-12-01T09:00:00"


class Checkout:
    """A home of its own, and packages of the five services that are tiny."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home")
        for service in SERVICES:
            package = folder / "packages" / service.package
            package.mkdir(parents=True)
            (package / "__init__.py").touch()
            shutil.copy(TINY_SERVICE, package / "__main__.py")
        self.env = {
            "LEALTAD_HOME": str(self.home.folder),
            "PYTHONPATH": str(folder / "packages"),
            "COLUMNS": "200",
        }

    def lealtad(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, arguments, env=self.env)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the installed command, with what it makes of an error."""
        command = [str(Path(sys.executable).with_name("lealtad")), *arguments]
        environment = os.environ | self.env
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603

    def state(self) -> StackState:
        state = StackState.load(self.home)
        assert state is not None
        return state


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    checkout = Checkout(tmp_path_factory.mktemp("checkout"))
    yield checkout
    down(checkout.home)
    wipe(checkout.home)


@pytest.fixture(scope="module")
def running(checkout: Checkout) -> Checkout:
    answer = checkout.lealtad("up", "--workers", "2", "--clock", START)
    assert answer.exit_code == 0, answer.exception
    return checkout


def test_up_leaves_kafka_postgres_and_all_processes_ready(running: Checkout) -> None:
    state = running.state()
    assert state.phase is Phase.READY
    expected = {"kafka", "postgres"} | {service.api() for service in SERVICES}
    expected |= {service.worker(slot) for service in SERVICES for slot in range(2)}
    assert set(state.processes) == expected
    assert {process.status for process in state.processes.values()} == {Status.READY}
    assert state.partitions == PARTITIONS


def test_a_second_up_is_refused_and_changes_nothing(running: Checkout) -> None:
    before = running.state()
    answer = running.lealtad("up")
    assert "already running" in str(answer.exception)
    assert running.state() == before


async def test_each_service_owns_its_database_and_may_not_enter_another(running: Checkout) -> None:
    settings = json.loads((running.home.postgres / "server.json").read_text())
    passwords = json.loads(running.home.credentials.read_text())["passwords"]
    place = {"host": "127.0.0.1", "port": int(settings["port"]), "timeout": 10}
    own = {"user": "campaigns", "password": passwords["campaigns"]}
    connection = await asyncpg.connect(database="campaigns", **place, **own)
    try:
        assert await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = 'campaigns'") is False
    finally:
        await connection.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(database="complaints", **place, **own)


def test_secrets_are_readable_by_their_owner_only(running: Checkout) -> None:
    for secret in (running.home.credentials, running.home.state, running.home.postgres / "server.json"):
        assert secret.stat().st_mode & 0o077 == 0


def test_status_tells_per_service_what_is_open(running: Checkout) -> None:
    found = json.loads(running.lealtad("status", "--json").stdout)
    assert found["consumers"]["campaigns"] == {
        "settled": True,
        "held": None,
        "lag": 0,
        "lag_by_partition": {},
        "outbox_rows": 0,
        "outbox_oldest_s": None,
        "dead_letters": 0,
        "due": {"rescore": 0},
        "pending_reactions": 0,
        "paused": ["activity/3"],
    }
    assert "churn-scoring-worker-1" in running.lealtad("status").stdout


def test_settle_ends_when_two_readings_agree(running: Checkout) -> None:
    assert running.lealtad("settle", "--timeout", "10").stdout.startswith("Settled after")


def test_trace_joins_the_services_into_one_tree_and_shows_each_event_once(running: Checkout) -> None:
    tree = running.lealtad("trace", "fact").stdout
    assert tree.count("a fact fact") == 1
    assert "a event event" in tree
    assert "no service knows it" in tree


def test_an_event_that_no_service_knows_is_told_and_fails_the_command(running: Checkout) -> None:
    answer = running.lealtad("trace", "nosuch")
    assert "no service knows it" in answer.stdout
    assert answer.exit_code == 1


def test_a_refused_request_is_told_in_the_words_of_its_problem(running: Checkout) -> None:
    answer = running.run("trace", "malformed")
    assert answer.returncode == 1
    assert answer.stderr.endswith(
        "/v1/events/malformed/trace: The request is not valid. Correct the values.\n  event_id is not a UUID\n"
    )


def test_dead_letters_are_listed_replayed_and_discarded(running: Checkout) -> None:
    assert {"unknown", "currency"} <= set(re.findall(r"\w+", running.lealtad("dead-letters", "list").stdout))
    assert running.lealtad("dead-letters", "replay").stdout.startswith("5 will be tried again")
    discarded = running.lealtad("dead-letters", "discard", "0199", "--reason", "sent by a test")
    assert discarded.stdout.endswith(" is discarded.\n")
    unknown = running.lealtad("dead-letters", "replay", "nosuch")
    assert "No service has a dead letter nosuch" in str(unknown.exception)
    assert "unknown currency" in running.lealtad("dead-letters", "show", "0199").stdout


def test_the_clock_stands_where_it_was_started_and_only_moves_on(running: Checkout) -> None:
    assert running.lealtad("clock", "show").stdout.strip() == f"{START}+00:00"
    assert running.lealtad("clock", "advance", "--days", "1").stdout.strip() == "2010-12-02T09:00:00+00:00"
    refused = running.lealtad("clock", "set", "2010-12-01")
    assert "does not go back" in str(refused.exception)


def test_a_token_carries_the_scopes_asked_for_and_an_unknown_scope_is_refused(running: Checkout) -> None:
    assert running.lealtad("token", "--scope", "cases:read").stdout.count(".") == 2
    assert "no such scope" in str(running.lealtad("token", "--scope", "everything").exception)


@pytest.mark.parametrize("hours", ["0", "-1"])
def test_a_token_that_has_already_expired_is_not_minted(running: Checkout, hours: str) -> None:
    assert "more than 0" in str(running.lealtad("token", "--hours", hours).exception)


def test_logs_of_one_process_are_shown_and_an_unknown_one_is_told(running: Checkout) -> None:
    assert "Kafka Server started" in running.lealtad("logs", "kafka").stdout
    assert "There is no log nosuch" in str(running.lealtad("logs", "nosuch").exception)


def test_down_takes_everything_down_and_the_next_up_finds_ports_and_data_again(running: Checkout) -> None:
    before = running.state()
    identities: list[Identity] = before.identities()
    assert running.lealtad("down").stdout.strip() == "Stopped."
    assert wait_gone(identities, 10)
    assert "fixed for their life" in str(running.lealtad("up", "--partitions", "5").exception)
    assert running.lealtad("up", "--workers", "2").exit_code == 0
    after = running.state()
    ports = {name: process.port for name, process in before.processes.items()}
    assert {name: process.port for name, process in after.processes.items()} == ports
    assert after.partitions == before.partitions
    assert "machine's time" in str(running.lealtad("clock", "show").exception)


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Checkout]:
    checkout = Checkout(tmp_path)
    yield checkout
    down(checkout.home)
    wipe(checkout.home)


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """A shell has what it starts in the background ignore Ctrl-C, and so would the tool that a test starts there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_tool_that_is_stopped_while_it_brings_up_takes_all_along(another: Checkout, number: signal.Signals) -> None:
    command = [str(Path(sys.executable).with_name("lealtad")), "up"]
    quiet = subprocess.DEVNULL
    tool = subprocess.Popen(command, env=os.environ | another.env, stdout=quiet, stderr=quiet)  # noqa: S603
    state = until_a_server_runs(another)
    tool.send_signal(number)
    tool.wait(60)
    assert wait_gone(another.state().identities() + state.identities(), 60)


def until_a_server_runs(checkout: Checkout) -> StackState:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        state = StackState.load(checkout.home)
        if state and "postgres" in state.processes and state.processes["postgres"].identity:
            return state
        time.sleep(0.05)
    raise AssertionError("PostgreSQL never started")


def test_without_a_stack_the_command_says_how_to_start_one(tmp_path: Path) -> None:
    answer = Checkout(tmp_path).run("status")
    assert answer.returncode == 1
    assert answer.stderr == "The stack is not running. Start it: lealtad up\n"
