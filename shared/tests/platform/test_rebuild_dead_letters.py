"""A dead letter that is replayed while a rebuild is under way is in the rebuilt tables, too."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from lealtad.db import Engine
from lealtad.ids import new_id
from lealtad.kafka.consume import dead_letters
from lealtad.kafka.consume.batch import entry_of
from lealtad.kafka.recovery.rebuild import RebuildError, structure
from lealtad.kafka.recovery.rebuild.folding import Folding
from lealtad.testing.builders import a_record, an_event
from lealtad.unit_of_work import Database, Phase

from .publishing import a_purchase
from .tally import TALLY

GROUP = "test.churn-scoring"


@pytest.fixture
async def following(databases, clock) -> AsyncIterator[Database]:
    """Give the database of a service with `derived_next` where SQL means `derived`."""
    url = await databases.create_url(TALLY)
    engine = Engine(url, application="test", derived=structure.NEXT)
    yield Database(engine, service=TALLY.name, clock=clock)
    await engine.dispose()


async def test_it_is_left_out_while_open_and_folded_once_it_was_handled(following: Database):
    rebuild_id, customer = new_id(), new_id()
    record = a_record(an_event(a_purchase(customer), key=customer))
    async with following.begin() as uow:
        await structure.make(uow.connection, rebuild_id)
        await dead_letters.bury(uow, record, "a bad deploy", None)
    folding = Folding(following, TALLY.processing, GROUP, rebuild_id)

    await folding.fold(folding.understand([record]))
    assert await tallied(following) == 0
    assert len(folding.aside) == 1

    async with following.begin() as uow:
        await uow.connection.execute(text("UPDATE dead_letter SET replayed_at = now()"))
    async with following.begin(phase=Phase.PROJECT) as uow:
        await folding.fold_replayed(uow)
    assert await tallied(following) == 1
    assert folding.aside == set()


async def test_a_record_with_the_id_of_another_one_that_cannot_be_folded_is_left_out(following: Database):
    rebuild_id, customer, copied = new_id(), new_id(), new_id()
    event = an_event(a_purchase(customer), key=customer, event_id=copied, offset=1)
    copy = an_event(a_purchase(customer, sku="poison"), key=customer, event_id=copied, offset=2)
    async with following.begin() as uow:
        await structure.make(uow.connection, rebuild_id)
        await uow.connection.execute(text("INSERT INTO poison DEFAULT VALUES"))
        uow.journal.add(entry_of(event))
    folding = Folding(following, TALLY.processing, GROUP, rebuild_id)
    await folding.fold(folding.understand([a_record(event)]))

    await folding.fold(folding.understand([a_record(copy)]))

    assert await tallied(following) == 1
    assert len(folding.unreadable) == 1
    with pytest.raises(RebuildError):
        other = an_event(a_purchase(customer, sku="poison"), key=customer, offset=3)
        await folding.fold(folding.understand([a_record(other)]))


async def tallied(following: Database) -> int:
    async with following.read() as uow:
        return int(await uow.connection.scalar(text("SELECT coalesce(sum(number), 0) FROM derived_next.tally")))
