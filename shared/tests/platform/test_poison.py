"""What can never work costs itself: one reaction, one due row, never the worker or the others."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import text

from lealtad.events.envelope import Cause
from lealtad.ids import new_id
from lealtad.kafka import pending
from lealtad.unit_of_work import Database, Touched, UnitOfWork

from .conftest import WorkerFactory, until
from .echo import ECHO, react

SEEN = text("INSERT INTO seen (event_id, customer_id, place) SELECT id, id, 1 FROM unnest(CAST(:ids AS uuid[])) AS id")
WAITING = text("SELECT key FROM pending_reaction WHERE not_before > clock_timestamp() + interval '10 s'")


async def wait_for_reaction(database: Database, customers: Sequence[UUID]) -> None:
    """Store that the reaction to a purchase of each customer is due."""
    async with database.begin() as uow:
        await uow.connection.execute(SEEN, {"ids": customers})
        waiting = {(number % 3, customer): [Cause.root(new_id())] for number, customer in enumerate(customers)}
        await pending.defer(uow.connection, waiting, after_ms=0)


async def test_a_reaction_that_always_fails_costs_one_customer(bus, databases, worker_of: WorkerFactory):
    customers = [new_id() for _ in range(40)]
    poison = customers[23]

    async def react_or_fail(uow: UnitOfWork, touched: Touched) -> None:
        if poison in touched:
            raise ZeroDivisionError("this customer's numbers cannot be divided")
        await react(uow, touched)

    service = replace(ECHO, react=react_or_fail)
    async with worker_of(service, await databases.create_url(ECHO)) as (_, runtime):
        await wait_for_reaction(runtime.database, customers)
        async with runtime.database.begin() as uow:
            await uow.connection.execute(text("INSERT INTO reminder VALUES (gen_random_uuid(), now())"))
        await bus.read("scores", len(customers) - 1 + 1)

        async def is_postponed() -> bool:
            async with runtime.database.read() as uow:
                return (await uow.connection.execute(WAITING)).scalars().all() == [poison]

        await until(is_postponed)


async def test_the_causes_of_one_waiting_reaction_do_not_grow_for_ever(database_for):
    database = await database_for(ECHO)
    customer = new_id()
    causes = [Cause.root(new_id()) for _ in range(700)]
    async with database.begin() as uow:
        for some in (causes[:2], causes[2:5], causes[5:]):
            await pending.defer(uow.connection, {(0, customer): some}, after_ms=0)
        kept = (await pending.take(uow.connection, [(0, customer)]))[customer]

    assert kept == causes[-500:]


async def test_a_few_causes_of_a_waiting_reaction_are_all_kept(database_for):
    database = await database_for(ECHO)
    customer = new_id()
    causes = [Cause.root(new_id()) for _ in range(3)]
    async with database.begin() as uow:
        for cause in causes:
            await pending.defer(uow.connection, {(0, customer): [cause]}, after_ms=0)
        kept = (await pending.take(uow.connection, [(0, customer)]))[customer]

    assert kept == causes
