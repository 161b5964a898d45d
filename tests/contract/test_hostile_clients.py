"""Callers are slow, endless, huge and many, at every port of a service: it goes on, and says that it lives."""

import asyncio
import os
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from customer_profile.service import SERVICE
from lealtad.http import SCOPES, mint_token
from lealtad.testing.postgres import TOKEN_SECRET, TestDatabases, settings_for

ALIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
ALIVE_WITHIN_S = 1.0
"""Without what asking and answering threads waited for a processor, which other tests may have taken."""
ATTACK_S = 0.5
"""How long each attack goes on."""
MANY = 700
"""More connections than a port has."""
MOST_MEMORY = 300 << 20
Attack = Callable[[int, dict[str, str]], Coroutine[None, None, None]]


async def _flood(port: int, begin: bytes, more: bytes = b"", pause: float = 0.0) -> None:
    """Connect, say `begin`, then `more` again and again; begin anew when the connection is ended."""
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(begin)
                while not reader.at_eof():
                    writer.write(more)
                    await writer.drain()
                    await asyncio.sleep(pause)
            finally:
                writer.transport.abort()
        await asyncio.sleep(0.01)


def _many(number: int, begin: bytes, more: bytes = b"", pause: float = 0.0) -> Attack:
    async def attack(port: int, tokens: dict[str, str]) -> None:
        said = begin % {name.encode(): token.encode() for name, token in tokens.items()}
        await asyncio.gather(*(_flood(port, said, more, pause) for _ in range(number)))

    return attack


BODY = b"POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
LARGE = b"x" * (64 << 10)
ATTACKS: dict[str, Attack] = {
    "half-open connections": _many(MANY, b"GET / HTTP/1.1\r\n", pause=10),
    "a header that never ends": _many(8, b"GET / HTTP/1.1\r\nX: ", LARGE),
    "headers that never end": _many(8, b"GET / HTTP/1.1\r\n", b"a: b\r\n" * 1000),
    "an address that never ends": _many(8, b"GET /", LARGE),
    "blank lines": _many(8, b"", b"\r\n" * 2000),
    "bodies without a token": _many(100, BODY + b"Content-Length: 8000000\r\n\r\n", LARGE),
    "endless bodies without a token": _many(
        50, BODY + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + LARGE + b"\r\n"
    ),
    "slow bodies": _many(MANY, BODY + b"Content-Length: 1000\r\n\r\n", b" ", pause=0.5),
    "endless chunk extensions": _many(
        8, BODY + b"Authorization: Bearer %(writer)s\r\nTransfer-Encoding: chunked\r\n\r\n1;", LARGE
    ),
    "deep and wide bodies with a token": _many(
        8, BODY + b"Authorization: Bearer %(writer)s\r\nContent-Length: 8000000\r\n\r\n", b"[{}," * 16_000
    ),
    "requests sent ahead": _many(8, b"", b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 1000),
    "answers that nobody reads": _many(50, b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 15, pause=10),
    "metrics and readiness": _many(
        50,
        b"GET /metrics HTTP/1.1\r\n\r\nGET /health/ready HTTP/1.1\r\n\r\n" * 5,
        b"GET /metrics HTTP/1.1\r\n\r\n",
        pause=0.05,
    ),
    "upgrades": _many(
        50, b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", b"x" * 100, pause=0.05
    ),
    "no HTTP": _many(50, b"\x16\x03\x01", b"\0" * 1000),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "process", [pytest.param("api", marks=pytest.mark.smoke), pytest.param("worker", marks=pytest.mark.proof)]
)
async def test_a_port_says_that_it_lives_whatever_callers_do(process: str, databases: TestDatabases):
    url = await databases.create_url(SERVICE)
    tokens = {"writer": mint_token(settings_for(SERVICE, url), "writer", SCOPES)}
    async with port_of(process, url) as (port, pid):
        slowest = {name: await slowest_during(attack, port, pid, tokens) for name, attack in ATTACKS.items()}
        # Tests beside this one may hold an answer up: what the attack does is seen again.
        for name in [name for name, took in slowest.items() if took > ALIVE_WITHIN_S]:
            slowest[name] = await slowest_during(ATTACKS[name], port, pid, tokens)
        memory = resident(pid)

    assert {name: took for name, took in slowest.items() if took > ALIVE_WITHIN_S} == {}
    assert memory < MOST_MEMORY


async def slowest_during(attack: Attack, port: int, pid: int, tokens: dict[str, str]) -> float:
    """Attack, and return the longest wait meanwhile for an answer of whether the process lives, in seconds."""
    attacking = asyncio.create_task(attack(port, tokens))
    try:
        return await asyncio.to_thread(slowest_answer, port, pid)
    finally:
        attacking.cancel()
        with suppress(asyncio.CancelledError):
            await attacking


def slowest_answer(port: int, pid: int) -> float:
    """Ask whether the process lives for the time of an attack; return the longest wait for an answer, in seconds."""
    slowest, until = 0.0, time.monotonic() + ATTACK_S
    while time.monotonic() < until:
        began = time.monotonic() - waited_for_a_processor(pid)
        with socket.create_connection(("127.0.0.1", port), timeout=30) as asking:
            asking.sendall(ALIVE)
            answer = asking.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 200 "), answer[:200]
        slowest = max(slowest, time.monotonic() - waited_for_a_processor(pid) - began)
        time.sleep(0.02)
    return slowest


def waited_for_a_processor(pid: int) -> float:
    """Return for how long this thread and the main one of a process were ready to run and did not, in seconds."""
    threads = (Path(f"/proc/self/task/{threading.get_native_id()}/schedstat"), Path(f"/proc/{pid}/schedstat"))
    return sum(int(thread.read_text().split()[1]) for thread in threads if thread.exists()) / 1e9


@asynccontextmanager
async def port_of(process: str, database_url: str) -> AsyncIterator[tuple[int, int]]:
    """Run a process of the service without Kafka; yield its port and its id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "customer_profile",
            process,
            env={
                **os.environ,
                "LEALTAD_DATABASE_URL": database_url,
                "LEALTAD_TOKEN_SECRET": TOKEN_SECRET,
                "LEALTAD_PORT": str(port),
                "LEALTAD_KAFKA_BOOTSTRAP": f"127.0.0.1:{nobody.getsockname()[1]}",
                "LEALTAD_LOG_LEVEL": "CRITICAL",
            },
        )
        try:
            await _listens(port)
            yield port, running.pid
        finally:
            running.kill()
            await running.wait()


def resident(pid: int) -> int:
    """Return the bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def _listens(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return
