"""Whatever a record is, it can be put aside: what cannot would end the worker again and again."""

import asyncio
from uuid import UUID

import pytest
from asyncpg import PostgresError
from sqlalchemy import text

from lealtad.errors import PermanentError, reason_of
from lealtad.events.catalog.churn_scoring import ChurnScored
from lealtad.events.codec import Record
from lealtad.ids import new_id
from lealtad.kafka.consume import dead_letters
from lealtad.kafka.consume.batch import BatchHandler
from lealtad.testing.builders import a_record as as_published
from lealtad.testing.builders import an_event
from lealtad.testing.driving import emitted

from .echo import ECHO
from .publishing import a_purchase

STORED = text("SELECT reason, headers, value FROM dead_letter")
PUBLISHED = text("SELECT key, headers, value FROM emitted_event")


def a_record(*headers: tuple[str, bytes], value: bytes = b"?", key: bytes | None = None) -> Record:
    return Record("activity", 0, 7, key, headers, value)


async def put_aside(database, record):
    handler = BatchHandler(database, ECHO.processing, "test")
    await handler.handle([handler.understand(record)], {})
    async with database.read() as uow:
        stored = (await uow.connection.execute(STORED)).one()
        return stored, (await uow.connection.execute(PUBLISHED)).one()


@pytest.mark.parametrize(
    "record",
    [
        a_record(("ce_type", b"\0")),
        a_record(("ce_type", b"lealtad.activity.purchase-recorded.v1"), ("ce\0id", b"\0"), value=b"\0"),
        a_record(("ce_type", b"\xff\xfe")),
        a_record(),
        Record("activity", 0, 7, b"\0", (), None),
    ],
    ids=["type", "header name", "not UTF-8", "no headers", "no value"],
)
async def test_a_malformed_record_can_be_put_aside(database_for, record):
    stored, published = await put_aside(await database_for(ECHO), record)

    assert stored.value == record.value
    assert published.headers["dead_letter_reason"] == stored.reason


async def test_a_record_too_large_to_be_sent_again_is_kept_whole_and_published_without_its_content(database_for):
    large = b"x" * (dead_letters.MAX_PUBLISHED_BYTES + 1)

    stored, published = await put_aside(await database_for(ECHO), a_record(value=large, key=b"a key"))

    assert stored.value == large
    assert (published.key, published.value) == (b"", b"")
    assert published.headers["content"].startswith("left out")


async def test_the_reason_of_a_failure_in_the_database_repeats_no_value(database_for):
    database = await database_for(ECHO)
    with pytest.raises(PostgresError) as failure:
        async with database.begin() as uow:
            await uow.connection.execute(text("SELECT CAST(:name AS int[])"), {"name": ["Ada Lovelace"]})

    assert "Ada" not in reason_of(failure.value)
    assert "(SQLSTATE 22000)" in reason_of(failure.value)


async def test_an_error_of_the_database_shows_no_parameters(database_for):
    database = await database_for(ECHO)
    identity, email = new_id(), "ada@example.org"
    with pytest.raises(PostgresError) as failure:
        async with database.begin() as uow:
            await uow.connection.execute(
                text("SELECT CAST(:email AS text), 1 / 0, CAST(:id AS uuid)"), {"email": email, "id": identity}
            )

    assert email not in str(failure.value)


def test_a_permanent_error_says_why_in_its_own_words():
    assert reason_of(PermanentError("the case has no kind")) == "PermanentError: the case has no kind"


async def a_requested_dead_letter(database) -> tuple[UUID, Record]:
    record = as_published(an_event(a_purchase(customer := new_id()), key=customer))
    async with database.begin() as uow:
        await dead_letters.bury(uow, record, "a bug that was mended", None)
        await uow.connection.execute(text("UPDATE dead_letter SET replay_requested_at = now()"))
        [(identity, _)] = await dead_letters.requested(uow.connection, 2)
    return identity, record


async def test_two_workers_replay_a_dead_letter_once(database_for):
    database = await database_for(ECHO)
    identity, record = await a_requested_dead_letter(database)
    handlers = [BatchHandler(database, ECHO.processing, "test") for _ in range(2)]

    await asyncio.gather(*[handler.replay(identity, handler.understand(record)) for handler in handlers])

    assert [type(event.data) for event in await emitted(database)] == [ChurnScored]
    async with database.read() as uow:
        assert await dead_letters.requested(uow.connection, 1) == []


async def test_a_replayed_dead_letter_waits_for_no_follow_up(database_for):
    database = await database_for(ECHO)
    identity, record = await a_requested_dead_letter(database)
    handler = BatchHandler(database, ECHO.processing, "test", waits={"activity": 60_000})

    await handler.replay(identity, handler.understand(record))

    assert [type(event.data) for event in await emitted(database)] == [ChurnScored]
