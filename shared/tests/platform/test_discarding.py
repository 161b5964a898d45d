"""An operator closes a dead letter that is never to be handled: with a reason, in the journal, and for good."""

from uuid import UUID

import pytest
from sqlalchemy import text

from lealtad.ids import new_id
from lealtad.journal import Entry, trace
from lealtad.kafka.consume import dead_letters
from lealtad.testing.builders import a_record as as_published
from lealtad.testing.builders import an_event
from lealtad.testing.driving import client_for
from lealtad.unit_of_work import Database

from .echo import ECHO
from .publishing import a_purchase


@pytest.fixture
async def database(database_for) -> Database:
    return await database_for(ECHO)


async def bury(database: Database) -> tuple[UUID, UUID]:
    """Store a dead letter; return its id and that of its event."""
    event = an_event(a_purchase(customer := new_id()), key=customer)
    entry = Entry(event.id, "event", event.type, customer)
    async with database.begin() as uow:
        await dead_letters.bury(uow, as_published(event), "can never be handled", entry)
        identity = await uow.connection.scalar(text("SELECT id FROM dead_letter ORDER BY id DESC LIMIT 1"))
    return identity, event.id


async def post(database: Database, identity: UUID, action: str, **body: str):
    async with client_for(ECHO, database) as client:
        return await client.post(f"/v1/dead-letters/{identity}/{action}", json=body or None)


async def listed(database: Database, identity: UUID) -> dict[str, str]:
    async with client_for(ECHO, database) as client:
        letters = (await client.get("/v1/dead-letters")).json()["items"]
    return next(letter for letter in letters if letter["id"] == str(identity))


async def test_a_discarded_dead_letter_names_who_and_why_and_so_does_the_journal(database):
    identity, event_id = await bury(database)

    answer = await post(database, identity, "discard", reason=" sent by a test of the till ")

    assert (answer.status_code, answer.json()) == (200, {"id": str(identity), "discarded": True})
    letter = await listed(database, identity)
    assert letter["discard_reason"] == "sent by a test of the till"
    assert letter["discarded_at"]
    async with database.read() as uow:
        row = await trace.read(uow.connection, event_id)
    assert row.detail == f"can never be handled; discarded by {letter['discarded_by']}: sent by a test of the till"


async def test_one_dead_letter_is_shown_open_or_closed_without_its_content(database):
    identity, event_id = await bury(database)
    async with client_for(ECHO, database) as client:
        shown = (await client.get(f"/v1/dead-letters/{identity}")).json()
        unknown = await client.get(f"/v1/dead-letters/{new_id()}")

    assert shown == await listed(database, identity)
    assert (shown["event_id"], "value" in shown) == (str(event_id), False)
    assert unknown.status_code == 404


async def test_it_counts_no_longer_as_open_and_is_not_replayed(database):
    identity, _ = await bury(database)
    assert (await post(database, identity, "replay")).status_code == 200

    assert (await post(database, identity, "discard", reason="a test")).status_code == 200

    async with database.read() as uow:
        assert await dead_letters.requested(uow.connection, 10) == []
    async with client_for(ECHO, database) as client:
        assert (await client.get("/progress")).json()["dead_letters"] == 0


async def test_a_replay_opens_it_again(database):
    identity, _ = await bury(database)
    await post(database, identity, "discard", reason="a test")

    assert (await post(database, identity, "replay")).status_code == 200

    assert (await listed(database, identity))["discarded_at"] is None
    async with database.read() as uow:
        assert len(await dead_letters.requested(uow.connection, 10)) == 1


async def test_what_is_closed_already_is_refused_and_what_is_unknown_not_found(database):
    identity, _ = await bury(database)
    await post(database, identity, "discard", reason="a test")

    again = await post(database, identity, "discard", reason="a test")

    assert (again.status_code, again.json()["type"]) == (409, "urn:lealtad:problem:dead-letter-closed")
    assert (await post(database, new_id(), "discard", reason="a test")).status_code == 404


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "asked by ana@example.org", "call +34 600 123 456"])
async def test_a_reason_is_a_short_text_about_no_person(database, reason):
    identity, _ = await bury(database)

    assert (await post(database, identity, "discard", reason=reason)).status_code == 422
    assert (await listed(database, identity))["discarded_at"] is None
