"""Any record on any topic costs at most itself: at the start, at reconnection, and in every command."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from lealtad.app.adopt_restore import adopt_restore
from lealtad.app.republish import republish
from lealtad.errors import PermanentError
from lealtad.events.attributes import LARGEST_SEQUENCE, DecodeError
from lealtad.events.codec import Record, decode
from lealtad.events.envelope import MAX_DEPTH, Event
from lealtad.ids import new_id
from lealtad.kafka.consume import dead_letters
from lealtad.kafka.consume.batch import BatchHandler
from lealtad.kafka.recovery import adopt_cluster, outbox_reconciliation
from lealtad.kafka.recovery.rebuild import structure
from lealtad.kafka.recovery.rebuild.folding import Folding
from lealtad.testing.builders import a_record, an_event
from lealtad.unit_of_work import Database, UnitOfWork

from .conftest import Bus
from .echo import ECHO, a_score, echo_restoring
from .odd_records import ODDITIES, SAID, odd_purchases, odd_scores, saying, send
from .publishing import NOW, a_purchase
from .tally import TALLY
from .test_republish import EVER
from .worlds import a_world

CUSTOMER = new_id()
ODD = pytest.mark.parametrize("oddity", ODDITIES.values(), ids=ODDITIES)
LETTERS = text("SELECT count(*) FROM dead_letter")
EMITTED = text("SELECT count(*) FROM emitted_event")


def a_purchase_record() -> Record:
    return a_record(an_event(a_purchase(CUSTOMER), key=CUSTOMER))


headers = st.lists(
    st.tuples(
        st.sampled_from([*SAID, "tracing"]),
        st.none() | st.binary(max_size=40) | st.sampled_from([value for some in SAID.values() for value in some]),
    ),
    max_size=4,
)


@given(st.sets(st.sampled_from(list(SAID)), max_size=2), headers, st.none() | st.binary(max_size=40), st.booleans())
def test_whatever_the_headers_are_a_record_is_an_event_within_bounds_or_unreadable(missing, more, key, keeps_key):
    record = a_purchase_record()
    kept = tuple(one for one in record.headers if one[0] not in missing)
    record = replace(record, headers=(*kept, *more), key=record.key if keeps_key else key)
    try:
        event = decode(record)
    except DecodeError:
        return
    assert 0 < event.sequence <= LARGEST_SEQUENCE
    assert 0 <= event.depth <= MAX_DEPTH
    assert event.time.tzinfo is UTC
    assert str(event.key).encode() == record.key


@given(
    st.binary(max_size=200)
    | st.recursive(st.none(), lambda some: st.lists(some, max_size=3)).map(lambda v: repr(v).encode())
)
def test_whatever_the_data_are_a_record_is_an_event_or_unreadable(value):
    with suppress(DecodeError):
        decode(replace(a_purchase_record(), value=value))


@ODD
def test_an_odd_record_is_unreadable_for_a_reason_that_repeats_nothing_of_it(oddity):
    with pytest.raises(DecodeError) as refused:
        decode(oddity(a_purchase_record()))
    assert "[/red]" not in str(refused.value)
    assert "\N{ARABIC-INDIC DIGIT ONE}" not in str(refused.value)


def test_headers_of_other_tools_are_passed_over_whatever_they_hold():
    record = a_purchase_record()
    more = (("tracing", None), ("tracing", b"\xff"), ("\N{REPLACEMENT CHARACTER}", b"\0"))
    assert decode(replace(record, headers=(*record.headers, *more))).key == CUSTOMER


def test_a_trace_that_is_none_costs_the_trace_alone():
    record = a_purchase_record()
    assert decode(replace(record, headers=(*record.headers, ("ce_traceparent", b"x" * 100_000)))).traceparent is None


def test_an_event_on_the_topic_of_others_is_unreadable():
    with pytest.raises(DecodeError, match="belongs on activity"):
        decode(replace(a_purchase_record(), topic="scores"))


async def test_the_owner_passes_odd_records_over_and_finds_its_events_among_them(database_for):
    database = await database_for(ECHO)
    score = a_record(an_event(a_score(CUSTOMER, 1, NOW, []), key=CUSTOMER))
    records = [*odd_scores(), score]

    found = outbox_reconciliation.published_among(records)

    async with database.begin() as uow:
        assert [event.record for event in await outbox_reconciliation.unknown_among(uow.connection, found)] == [score]
        await adopt_cluster.keep(uow.connection, found)
        assert await outbox_reconciliation.unknown_among(uow.connection, found) == []
        assert await uow.connection.scalar(EMITTED) == 1


def test_an_event_by_another_service_says_nothing_about_the_owner_of_its_topic():
    score = an_event(a_score(CUSTOMER, 1, NOW, []), key=CUSTOMER)
    assert outbox_reconciliation.published_among([a_record(score)])
    assert not outbox_reconciliation.published_among([saying("ce_source", b"/lealtad/segmentation")(a_record(score))])


async def test_a_reader_puts_odd_records_aside_and_can_be_told_to_try_them_again(database_for):
    database = await database_for(ECHO)
    handler = BatchHandler(database, ECHO.processing, "test")
    await handler.handle([handler.understand(record) for record in odd_purchases()], {})
    async with database.begin() as uow:
        for row in await uow.connection.execute(text("SELECT id FROM dead_letter")):
            await dead_letters.request_replay(uow.connection, row.id)
        requested = await dead_letters.requested(uow.connection, 1000)
    assert len(requested) == len(ODDITIES)

    for identity, record in requested:
        await handler.replay(identity, handler.understand(record))

    assert await dead_letters_of(database) == len(ODDITIES)


async def test_what_was_once_taken_from_a_topic_and_is_no_event_stops_no_republish(database_for):
    database = await database_for(ECHO)
    insert = """
        INSERT INTO emitted_event (topic, key, headers, value, is_fact)
        VALUES ('customers', :key, CAST(:headers AS jsonb), '', true)
    """
    async with database.begin() as uow:
        for key, said in (
            (b"\xff", {}),
            (str(CUSTOMER).encode(), {"ce_sequence": "many"}),
            (b"1", {"ce_sequence": "1"}),
        ):
            await uow.connection.execute(text(insert), {"key": key, "headers": json.dumps(said)})
    assert await republish(database, EVER) == 0


async def test_a_rebuild_leaves_odd_records_out(databases, clock, database_for):
    rebuild_id, customer = new_id(), new_id()
    database = await database_for(TALLY)
    async with database.begin() as uow:
        await structure.make(uow.connection, rebuild_id)
    folding = Folding(database, TALLY.processing, "test.churn-scoring", rebuild_id)
    records = [*odd_purchases(), a_record(an_event(a_purchase(customer), key=customer, offset=1000))]

    await folding.fold(folding.understand(records))

    assert len(folding.unreadable) == len(ODDITIES)


class Memory:
    """Owned state that one event does not go into."""

    def __init__(self, never: UUID | None = None) -> None:
        self.never, self.ids = never, set[UUID]()

    async def restore(self, uow: UnitOfWork, events: Sequence[Event[Any]]) -> Iterable[UUID]:
        await uow.connection.execute(text("SELECT 1"))
        if any(event.id == self.never for event in events):
            raise PermanentError("this event cannot be taken back")
        self.ids |= {event.id for event in events}
        return []


async def dead_letters_of(database: Database) -> int:
    async with database.read() as uow:
        return int(await uow.connection.scalar(LETTERS))


async def test_odd_records_on_own_and_read_topics_stop_no_worker(bus: Bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    await send(bus, [*odd_scores(), *odd_purchases()])

    await world.handle_a_purchase()

    async with world.runtime() as runtime:
        assert await dead_letters_of(runtime.database) == len(ODDITIES)


async def test_adopt_restore_takes_back_what_is_an_event_and_names_what_it_could_not(bus: Bus, databases, worker_of):
    world = await a_world(bus, databases, worker_of)
    backup = await world.copy()
    await send(bus, odd_scores())
    lost = await world.announce()
    others = {(await world.announce()).id for _ in range(2)}
    memory = Memory(never=lost.id)

    async with backup.runtime(echo_restoring(memory.restore)) as runtime:
        adopted = await adopt_restore(runtime)

    assert memory.ids == others
    assert adopted.lost == {lost.type: [lost.id]}
    assert adopted.taken_back == {lost.type: 2}
    await backup.handle_a_purchase()
