"""The journal says why nothing happened, also where a reaction came later than its event."""

from sqlalchemy import text

from lealtad.ids import new_id
from lealtad.journal import Entry

from .echo import ECHO

DETAIL = text("SELECT outcome, detail, emitted FROM journal WHERE event_id = :id")


async def journaled(database, event_id):
    async with database.read() as uow:
        return (await uow.connection.execute(DETAIL, {"id": event_id})).one()


async def an_event_of(database, customer):
    event_id = new_id()
    async with database.begin() as uow:
        uow.journal.add(Entry(event_id, "event", "lealtad.activity.purchase-recorded.v1", customer))
    return event_id


async def test_a_note_on_a_customer_explains_the_event_in_hand(database_for):
    database = await database_for(ECHO)
    customer, event_id = new_id(), new_id()

    async with database.begin() as uow:
        uow.journal.add(Entry(event_id, "event", "lealtad.activity.purchase-recorded.v1", customer))
        uow.note([customer], "nothing changed")

    assert (await journaled(database, event_id)).detail == "nothing changed"


async def test_a_note_of_a_reaction_that_waited_explains_the_events_it_waited_for(database_for):
    database = await database_for(ECHO)
    customer = new_id()
    first, second = await an_event_of(database, customer), await an_event_of(database, customer)
    assert (await journaled(database, first)).detail is None

    async with database.begin() as uow:
        uow.journal.waited(customer, [first, second])
        uow.note([customer], "segments are as announced")

    for event_id in (first, second):
        row = await journaled(database, event_id)
        assert (row.outcome, row.detail, row.emitted) == ("applied", "segments are as announced", [])


async def test_a_reaction_that_waited_and_says_nothing_leaves_the_rows_alone(database_for):
    database = await database_for(ECHO)
    customer, other = new_id(), new_id()
    event_id = await an_event_of(database, customer)

    async with database.begin() as uow:
        uow.journal.waited(customer, [event_id])
        uow.note([other], "somebody else")

    assert (await journaled(database, event_id)).detail is None
