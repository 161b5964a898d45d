"""Whatever a record is, it can be put aside: what cannot would end the worker again and again."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lealtad.errors import PermanentError, reason_of
from lealtad.events.codec import Record
from lealtad.ids import new_id
from lealtad.kafka import dead_letters
from lealtad.kafka.batch import BatchHandler

from .echo import ECHO

STORED = text("SELECT reason, headers, value FROM dead_letter")
PUBLISHED = text("SELECT key, headers, value FROM outbox")


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
    with pytest.raises(DBAPIError) as failure:
        async with database.begin() as uow:
            await uow.connection.execute(text("SELECT CAST(:name AS int[])"), {"name": ["Ada Lovelace"]})

    assert "Ada" not in reason_of(failure.value)
    assert "DBAPIError (SQLSTATE 22000)" in reason_of(failure.value)


async def test_an_error_of_the_database_shows_no_parameters(database_for):
    database = await database_for(ECHO)
    identity, email = new_id(), "ada@example.org"
    with pytest.raises(DBAPIError) as failure:
        async with database.begin() as uow:
            await uow.connection.execute(
                text("SELECT CAST(:email AS text), 1 / 0, CAST(:id AS uuid)"), {"email": email, "id": identity}
            )

    assert email not in str(failure.value)


def test_a_permanent_error_says_why_in_its_own_words():
    assert reason_of(PermanentError("the case has no kind")) == "PermanentError: the case has no kind"
