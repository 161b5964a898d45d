"""What callers may do to a port: every wait for them has an end, every length a limit, and health is answered."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI

from lealtad.app.server import QuietServer, server_config
from lealtad.http import SCOPES, mint_token
from lealtad.settings import ServiceSettings

ALIVE = b"GET /health/live HTTP/1.1\r\nHost: shelf\r\n\r\n"
ENOUGH = 10.0
"""Seconds after which a test that hangs fails; nothing here waits so long."""


@dataclass
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> str:
        return json.loads(self.body)["type"].removeprefix("urn:lealtad:problem:")


class Caller:
    """One connection, over which a test sends what it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        with suppress(ConnectionError):
            await self.writer.drain()

    async def answer(self) -> Answered:
        async with asyncio.timeout(ENOUGH):
            first = (await self.reader.readline()).decode()
            lines = iter(self.reader.readline, None)
            headers = {}
            for line in lines:
                name, _, value = (await line).decode().partition(":")
                if not value:
                    break
                headers[name.lower()] = value.strip()
            body = await self.reader.readexactly(int(headers["content-length"]))
        return Answered(int(first.split()[1]), headers, body)

    async def ended(self) -> bool:
        """Read on to the end, which a reset is too."""
        with suppress(ConnectionError):
            async with asyncio.timeout(ENOUGH):
                while await self.reader.read(1 << 16):
                    pass
        return True


@dataclass
class Port:
    number: int
    server: QuietServer
    token: str
    callers: list[Caller] = field(default_factory=list)

    async def call(self, data: bytes = b"") -> Caller:
        caller = Caller(*await asyncio.open_connection("127.0.0.1", self.number))
        self.callers.append(caller)
        await caller.send(data)
        return caller

    async def close(self) -> None:
        """Let everybody go, and the server too."""
        for caller in self.callers:
            caller.writer.close()
        for caller in self.callers:
            with suppress(ConnectionError):
                await caller.writer.wait_closed()
        self.server.should_exit = True

    def head(self, *lines: str, method: str = "POST", path: str = "/v1/things", token: str | None = "") -> bytes:
        bearer = [] if token is None else [f"Authorization: Bearer {token or self.token}"]
        named = ["Host: shelf", "Content-Type: application/json", *bearer, *lines]
        return "\r\n".join([f"{method} {path} HTTP/1.1", *named, "", ""]).encode()

    async def is_alive(self) -> bool:
        return (await (await self.call(ALIVE)).answer()).status == 200


@asynccontextmanager
async def serving(app: FastAPI, settings: ServiceSettings) -> AsyncIterator[Port]:
    server = QuietServer(server_config(app, settings))
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    number = server.servers[0].sockets[0].getsockname()[1]
    port = Port(number, server, mint_token(settings, "tests", SCOPES))
    try:
        yield port
    finally:
        await port.close()
        await task


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(ENOUGH):
        while not condition():  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.005)


@pytest.fixture
def limits(request: pytest.FixtureRequest) -> dict[str, float]:
    """What a test wants to be another."""
    return getattr(request, "param", {})


@pytest.fixture
def settings(settings: ServiceSettings, limits: dict[str, float]) -> ServiceSettings:
    small = {"head_timeout_s": 0.1, "body_timeout_s": 0.1, "linger_s": 0.1, "send_timeout_s": 0.1, "port": 0}
    return settings.model_copy(update=small | limits)


@pytest.fixture
async def port(app: FastAPI, settings: ServiceSettings) -> AsyncIterator[Port]:
    async with serving(app, settings) as port:
        yield port


async def test_a_head_without_end_is_answered_431(port):
    caller = await port.call(b"GET /v1/things HTTP/1.1\r\nX-Long: ")
    for _ in range(20):
        await caller.send(b"x" * 1000)

    answer = await caller.answer()

    assert (answer.status, answer.problem) == (431, "request-head-too-large")
    assert answer.headers["connection"] == "close"
    assert await caller.ended()


@pytest.mark.parametrize("where", ["address", "header", "headers"])
async def test_a_head_that_arrives_at_once_and_is_too_large_is_answered_431(port, where):
    lines = {
        "address": port.head(path="/v1/things?" + "x" * 20_000),
        "header": port.head("X-Long: " + "x" * 20_000),
        "headers": port.head(*(f"x-{number}: 1" for number in range(3_000))),
    }

    answer = await (await port.call(lines[where])).answer()

    assert answer.status == 431


@pytest.mark.parametrize("begin", [b"", b"GET /v1/th", b"GET /v1/things HTTP/1.1\r\nHost:", b"\r\n\r\n"])
async def test_a_head_that_does_not_arrive_is_answered_408(port, begin):
    caller = await port.call(begin)

    answer = await caller.answer()

    assert (answer.status, answer.problem) == (408, "request-too-slow")
    assert await caller.ended()


async def test_blank_lines_do_not_keep_a_connection_after_an_answer(port):
    caller = await port.call(ALIVE)
    await caller.answer()

    await caller.send(b"\r\n")

    assert (await caller.answer()).status == 408


async def test_blank_lines_without_end_are_answered_431(port):
    caller = await port.call()
    for _ in range(20):
        await caller.send(b"\r\n" * 500)

    assert (await caller.answer()).status == 431


async def test_a_connection_between_requests_is_kept_longer_than_a_head_may_take(port):
    caller = await port.call(ALIVE)
    await caller.answer()
    assert (await (await port.call()).answer()).status == 408

    await caller.send(ALIVE)

    assert (await caller.answer()).status == 200


@pytest.mark.parametrize("how", ["Content-Length: 100", "Transfer-Encoding: chunked"])
async def test_a_body_that_does_not_arrive_is_answered_408(port, how):
    caller = await port.call(port.head(how))

    answer = await caller.answer()

    assert (answer.status, answer.problem) == (408, "request-too-slow")
    assert await caller.ended()


@pytest.mark.parametrize("limits", [{"body_bytes_per_s": 1}], indirect=True)
async def test_a_slow_body_earns_its_time_by_what_has_arrived(port):
    body = json.dumps({"name": "lamp", "amount": -1}).encode()
    caller = await port.call(port.head(f"Content-Length: {len(body)}"))
    await caller.send(body[:10])
    assert (await (await port.call(port.head("Content-Length: 100"))).answer()).status == 408
    await caller.send(body[10:])

    assert (await caller.answer()).status == 422


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("nonsense", 401)])
@pytest.mark.parametrize("how", ["Content-Length: 2000", "Content-Length: 9999999", "Transfer-Encoding: chunked"])
async def test_the_token_is_looked_at_before_the_body_is_read(port, token, status, how):
    caller = await port.call(port.head(how, token=token))

    answer = await caller.answer()

    assert answer.status == status
    assert answer.headers["connection"] == "close"
    assert await caller.ended()


async def test_the_scope_is_looked_at_before_the_body_is_read(port, settings):
    reader = mint_token(settings, "reader", ["facts:read"])

    answer = await (await port.call(port.head("Content-Length: 2000", token=reader))).answer()

    assert answer.status == 403


async def test_who_expects_to_be_asked_for_the_body_is_asked_once_the_token_is_good(port):
    body = b'{"name": "lamp", "amount": -1}'
    stranger = await port.call(port.head("Content-Length: 30", "Expect: 100-continue", token=None))
    known = await port.call(port.head(f"Content-Length: {len(body)}", "Expect: 100-continue"))

    assert (await stranger.answer()).status == 401
    assert await known.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    await known.send(body)
    assert (await known.answer()).status == 422


async def test_an_early_answer_arrives_though_the_caller_is_still_sending(port):
    caller = await port.call(port.head("Content-Length: 900000", token=None))
    await caller.send(b"x" * 900_000)

    assert (await caller.answer()).status == 401
    assert await caller.ended()


@pytest.mark.parametrize("path", ["/v1/nothing", "/health/live"])
async def test_a_body_that_nobody_asks_for_is_not_read_for_ever(port, path):
    caller = await port.call(port.head("Transfer-Encoding: chunked", path=path, method="GET"))

    await caller.answer()

    assert await caller.ended()


@pytest.mark.parametrize("piece", [b"1;" + b"x" * 1000, b"0\r\n" + b"x-trailer: y\r\n" * 80])
async def test_chunks_with_endless_extras_end_the_connection(port, piece):
    caller = await port.call(port.head("Transfer-Encoding: chunked"))
    with suppress(ConnectionError):
        for _ in range(40):
            await caller.send(piece)

    assert (await caller.answer()).status in (400, 408)
    assert await caller.ended()


async def test_a_body_in_the_smallest_chunks_is_read(port):
    body = b'{"name": "lamp", "amount": -1}'
    pieces = b"".join(b"1\r\n%c\r\n" % octet for octet in body)

    caller = await port.call(port.head("Transfer-Encoding: chunked") + pieces + b"0\r\n\r\n")

    assert (await caller.answer()).status == 422


@pytest.mark.parametrize("nonsense", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"\0" * 100])
async def test_what_is_no_http_is_answered_400(port, nonsense):
    answer = await (await port.call(nonsense)).answer()

    assert (answer.status, answer.problem) == (400, "malformed-request")


@pytest.mark.parametrize("limits", [{"max_pipelined": 4}], indirect=True)
async def test_few_requests_may_be_sent_ahead_of_their_answers(port):
    few, many = await port.call(ALIVE * 4), await port.call(ALIVE * 100)

    assert [(await few.answer()).status for _ in range(4)] == [200] * 4
    assert await many.ended()
    assert await port.is_alive()


@pytest.mark.parametrize("protocol", ["websocket", "h2c"])
async def test_an_upgrade_is_answered_as_if_it_had_not_been_asked_for_and_ends(port, protocol):
    upgrade = ("Connection: Upgrade", f"Upgrade: {protocol}", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: eA==")
    caller = await port.call(port.head(*upgrade, method="GET", path="/health/live"))

    assert (await caller.answer()).status == 200
    assert await caller.ended()


async def test_a_caller_who_stops_sending_is_let_go(port):
    caller = await port.call(b"GET /v1/th")
    caller.writer.write_eof()

    assert await caller.ended()


async def test_a_caller_who_reads_nothing_is_let_go(app, port):
    async def large() -> str:
        return "x" * (32 << 20)

    app.add_api_route("/large", large)

    caller = await port.call(b"GET /large HTTP/1.1\r\nHost: shelf\r\n\r\n" * 3)
    await until(lambda: port.server.server_state.total_requests)
    await until(lambda: not port.server.server_state.connections)

    assert not port.server.server_state.tasks
    assert await caller.ended()


@pytest.mark.parametrize("limits", [{"max_connections": 16, "head_timeout_s": 30}], indirect=True)
async def test_a_new_connection_takes_the_place_of_the_one_that_waits_longest(port):
    waiting = [await port.call(b"GET /") for _ in range(16)]

    assert await port.is_alive()

    answer = await waiting[0].answer()
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert await waiting[0].ended()


@pytest.mark.parametrize("limits", [{"max_connections": 16, "head_timeout_s": 30}], indirect=True)
async def test_callers_with_a_token_keep_their_connections_longest(app, port):
    known = await port.call(port.head(method="POST").replace(b"\r\n\r\n", b"\r\nContent-Length: 2\r\n\r\n{}"))
    assert (await known.answer()).status == 422

    for _ in range(50):
        await port.call(b"GET /")
    await known.send(ALIVE)

    assert (await known.answer()).status == 200


@pytest.mark.parametrize("limits", [{"max_requests": 2}], indirect=True)
async def test_more_requests_than_can_be_worked_on_are_answered_503_but_health_is_answered(app, port):
    go_on = asyncio.Event()

    async def slow() -> None:
        await go_on.wait()

    app.add_api_route("/v1/slow", slow)

    slow_ones = [await port.call(b"GET /v1/slow HTTP/1.1\r\nHost: shelf\r\n\r\n") for _ in range(2)]
    await until(lambda: len(port.server.server_state.tasks) == 2)

    refused = await (await port.call(b"GET /v1/slow HTTP/1.1\r\nHost: shelf\r\n\r\n")).answer()

    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    assert await port.is_alive()
    go_on.set()
    assert [(await caller.answer()).status for caller in slow_ones] == [200, 200]


@pytest.mark.parametrize("limits", [{"max_requests": 8, "send_timeout_s": 30}], indirect=True)
async def test_callers_without_a_token_cannot_hold_the_places_of_those_with_one(app, port):
    go_on = asyncio.Event()

    async def slow() -> None:
        await go_on.wait()

    async def quick() -> None: ...

    app.add_api_route("/slow", slow)
    app.add_api_route("/v1/quick", quick)
    holding = [await port.call(port.head(method="GET", path="/slow", token=None)) for _ in range(2)]
    await until(lambda: len(port.server.server_state.tasks) == 2)

    refused = await (await port.call(port.head(method="GET", path="/slow", token=None))).answer()
    served = await (await port.call(port.head(method="GET", path="/v1/quick"))).answer()

    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    assert served.status == 200
    assert await port.is_alive()
    go_on.set()
    assert [(await caller.answer()).status for caller in holding] == [200, 200]
    assert (await (await port.call(port.head(method="GET", path="/slow", token=None))).answer()).status == 200


@pytest.mark.parametrize("limits", [{"max_bodies_bytes": 3000, "body_timeout_s": 30}], indirect=True)
async def test_bodies_in_hand_have_a_common_limit(port):
    first = await port.call(port.head("Content-Length: 2000") + b"{")
    await until(lambda: port.server.server_state.tasks)
    await asyncio.sleep(0)

    second = await (await port.call(port.head("Content-Length: 2000"))).answer()

    assert (second.status, second.headers["retry-after"]) == (503, "1")
    await first.send(b" " * 1998 + b"}")
    assert (await first.answer()).status == 422
    third = await port.call(port.head("Content-Length: 2000") + b"{" + b" " * 1998 + b"}")
    assert (await third.answer()).status == 422
