"""`lealtad --target` looks into a deployment that it reaches by addresses alone: real APIs behind one address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest
from starlette.types import Receive, Scope, Send

from complaints.service import SERVICE as COMPLAINTS
from lealtad.http import SCOPES, mint_token
from lealtad.ids import new_id
from lealtad.testing.postgres import settings_for

from .elsewhere import BOTH, Proxy, There, api_of, bury, buy, run, self_signed, serving


@pytest.fixture
async def there(database_for) -> AsyncIterator[There]:
    databases = {service.name: await database_for(service) for service in BOTH}
    proxy = Proxy({service.name: api_of(service, databases[service.name]) for service in BOTH})
    token = mint_token(settings_for(COMPLAINTS, "postgresql://"), "operator", SCOPES)
    async with serving(proxy) as port:
        yield There(port, proxy, databases, token)


async def test_status_tells_what_each_service_says_and_what_cannot_be_seen_from_outside(there):
    await bury(there.databases["complaints"], "unknown currency")

    shown = await there.lealtad("status")

    assert shown.returncode == 1
    for words in ("Kafka does not answer to complaints.", "Not seen from here: the processes", "workers"):
        assert words in shown.stdout
    assert "Not asked, since no target names them: segmentation, churn-scoring, campaigns." in shown.stderr
    found = (await there.lealtad("status", "--json")).document
    assert found["consumers"]["complaints"]["dead_letters"] == 1
    assert found["consumers"]["complaints"]["paused"] is None
    assert "processes" not in found


async def test_a_trace_is_followed_and_an_unknown_event_fails_the_command(there):
    traced = await there.lealtad("trace", await buy(there))
    assert (traced.returncode, "customer-profile" in traced.stdout) == (0, True)

    unknown = await there.lealtad("trace", str(new_id()))
    assert unknown.returncode == 1
    assert "no service knows it" in unknown.stdout


async def test_dead_letters_are_listed_shown_replayed_and_discarded(there):
    identity = await bury(there.databases["complaints"], "unknown currency")

    (listed,) = (await there.lealtad("dead-letters", "list", "--json")).document
    assert (listed["id"], listed["service"], listed["reason"]) == (identity, "complaints", "unknown currency")
    assert "cases/0@7" in (await there.lealtad("dead-letters", "list")).stdout
    assert (await there.lealtad("dead-letters", "replay")).stdout.splitlines()[-1].startswith("1 will be tried again")
    assert (
        (await there.lealtad("dead-letters", "replay", identity))
        .stdout.splitlines()[-1]
        .startswith("1 will be tried again")
    )
    refused = await there.lealtad("dead-letters", "discard", identity, "--reason", "ana@example.org asked for it")
    assert refused.returncode == 1
    assert "The reason is refused" in refused.stderr
    discarded = await there.lealtad("dead-letters", "discard", identity, "--reason", "sent by a test")
    assert discarded.stdout.endswith("of complaints is discarded.\n")

    closed = await there.lealtad("dead-letters", "show", identity)
    assert "sent by a test" in closed.stdout
    again = await there.lealtad("dead-letters", "discard", identity, "--reason", "twice")
    assert "The dead letter is closed" in again.stderr
    unknown = await there.lealtad("dead-letters", "show", str(new_id()))
    assert (unknown.returncode, "No service has a dead letter" in unknown.stderr) == (1, True)


@pytest.mark.parametrize(
    ("scopes", "hours", "words"),
    [
        (["customers:read"], 1, "Use a token with the scope dead-letters:read"),
        (SCOPES, -1, "The token has expired: get a new one."),
    ],
    ids=["403", "401"],
)
async def test_a_token_that_is_refused_is_told_in_the_words_of_the_service(there, scopes, hours, words):
    token = mint_token(settings_for(COMPLAINTS, "postgresql://"), "operator", scopes, timedelta(hours=hours))

    refused = await run(*there.targets, "--token", token, "dead-letters", "list")

    assert refused.returncode == 1
    assert words in refused.stderr
    assert token not in refused.stderr


async def test_an_address_where_another_service_answers_is_told(there):
    target = f"--target=campaigns=http://127.0.0.1:{there.port}/complaints"

    shown = await run(target, "status", LEALTAD_TOKEN=there.token)

    assert shown.returncode == 1
    assert "complaints answers at the address of campaigns: see --target." in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["status"], "A target needs a bearer token"),
        (["--token", "t", "token"], "`docker compose exec customer-profile-api python -m customer_profile token`"),
        (["--token", "t", "up"], "`lealtad up` serves the local stack only"),
        (["--token", "t", "rebuild", "campaigns"], "run `python -m PACKAGE rebuild`"),
        (["--token", "t", "logs"], "see `docker compose logs` or `kubectl logs`"),
        (["--token", "t", "--ca", "/nonexistent", "status"], "--ca /nonexistent holds no certificate"),
    ],
)
async def test_what_cannot_be_done_with_a_target_is_said_with_what_to_do(arguments, words):
    refused = await run("--target", "https://127.0.0.1:1", *arguments, LEALTAD_TOKEN="")

    assert refused.returncode == 1
    assert words in refused.stderr


async def test_the_target_may_stand_in_the_environment(there):
    shown = await run(
        "dead-letters",
        "list",
        LEALTAD_TARGET=f"complaints=http://127.0.0.1:{there.port}/complaints",
        LEALTAD_TOKEN=there.token,
    )

    assert shown.returncode == 0


async def test_a_certificate_is_trusted_only_with_its_authority(there, tmp_path):
    certificate = self_signed(tmp_path)
    tls = {"ssl_certfile": str(certificate), "ssl_keyfile": str(tmp_path / "key.pem")}
    async with serving(there.proxy, **tls) as port:
        listing = [f"--target=complaints=https://localhost:{port}/complaints", "dead-letters", "list"]
        doubted = await run(*listing, LEALTAD_TOKEN=there.token)
        trusted = await run(f"--ca={certificate}", *listing, LEALTAD_TOKEN=there.token)

    assert doubted.returncode == 1
    assert "its certificate is not trusted" in doubted.stderr
    assert "--ca FILE" in doubted.stderr
    assert trusted.returncode == 0


async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a byte at a time, and never whole."""
    with suppress(ConnectionError):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)


async def test_an_answer_that_never_ends_is_not_waited_for():
    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    refused = await run(f"--target={address}", "--token=t", "--request-timeout=0.3", "dead-letters", "list")

    server.close()
    assert refused.returncode == 1
    assert "does not answer: no whole answer within 0.3 s" in refused.stderr


async def no_service(scope: Scope, _: Receive, send: Send) -> None:
    """Answer as a proxy that knows no service, or that leads to another address."""
    moved = "complaints" in scope["path"]
    headers = [(b"location", b"https://host/"), (b"content-length", b"0")] if moved else [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 301 if moved else 404, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def test_an_address_where_no_service_answers_is_told():
    async with serving(no_service) as port:
        listing = ["--token=t", "dead-letters", "list"]
        moved = await run(f"--target=complaints=http://127.0.0.1:{port}/complaints", *listing)
        unknown = await run(f"--target=campaigns=http://127.0.0.1:{port}/campaigns", *listing)

    assert "301 leads to https://host/: give the address that answers itself" in moved.stderr
    assert "404 Not Found, from what is no service of Lealtad" in unknown.stderr
