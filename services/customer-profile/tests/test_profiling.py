"""The permission to profile is announced: at once, as time goes by, and after another basis is in force."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from customer_profile.service import SERVICE
from lealtad.due import backlog
from lealtad.events.catalog.customer_profile import CustomerConsentChanged, CustomerState
from lealtad.testing.driving import deliver, emitted, restore, run_due

from .test_view import scored

CONSENTS = "customers/web-shop:17850/consents"


def stated(granted, at="2011-02-01T00:00:00Z", channel=None, **more):
    return {
        "purpose": "profiling",
        "channel": channel,
        "granted": granted,
        "given_at": at,
        "source": "web-form",
        **more,
    }


async def announced_permissions(database):
    """Return the permissions and changed attributes that were announced, in order."""
    states = [event.data for event in await emitted(database) if isinstance(event.data, CustomerState)]
    return [(state.profiling_allowed, "profiling_allowed" in state.changed) for state in states]


async def test_an_objection_on_any_channel_is_announced_and_lifted_for_that_channel_only(shop, database):
    await shop.buys()
    await shop.post(CONSENTS, stated(granted=False, channel="email"))
    assert not (await shop.view())["profiling_allowed"]
    await shop.post(CONSENTS, stated(granted=True, at="2011-02-02T00:00:00Z"))
    assert not (await shop.view())["profiling_allowed"]
    await shop.post(CONSENTS, stated(granted=True, at="2011-02-03T00:00:00Z", channel="email"))
    assert (await shop.view())["profiling_allowed"]
    assert await announced_permissions(database) == [(True, True), (False, True), (False, False), (True, True)]


async def test_an_older_statement_changes_nothing(shop, database):
    await shop.buys()
    await shop.post(CONSENTS, stated(granted=False, at="2011-02-02T00:00:00Z"))
    await shop.post(CONSENTS, stated(granted=True, at="2011-02-01T00:00:00Z"))
    assert not (await shop.view())["profiling_allowed"]


async def test_an_objection_of_the_registration_is_announced_with_it(shop, database):
    body = {"external_ids": [{"source": "web-shop", "external_id": "17850"}], "consents": [stated(granted=False)]}
    registered = await shop.post("customers", body)
    assert not registered.json()["profiling_allowed"]
    assert await announced_permissions(database) == [(False, True)]


async def test_by_consent_nobody_is_profiled_who_was_not_asked(shop, change_policy, database):
    await change_policy(profiling_basis="consent")
    await shop.buys()
    await shop.registers(consents=[stated(granted=True)])
    await shop.registers()
    batch = {"customers": [{"external_ids": [{"source": "web-shop", "external_id": "4711"}]}]}
    assert (await shop.post("customer-batches", batch)).json()["registered"] == 1
    await shop.post(CONSENTS, stated(granted=True))
    assert [allowed for allowed, _ in await announced_permissions(database)] == [False, True, False, False, True]


async def test_a_consent_that_ends_acts_by_time_alone(shop, change_policy, clock, database):
    await change_policy(profiling_basis="consent")
    await shop.buys()
    await shop.post(CONSENTS, stated(granted=True, expires_at="2011-03-10T00:00:00Z"))
    version = (await shop.view())["version"]
    assert await run_due(SERVICE, database) == []

    (ended,) = await run_due(SERVICE, database, now=clock.now() + timedelta(days=10))

    assert isinstance(ended.data, CustomerConsentChanged)
    assert (ended.data.profiling_allowed, ended.data.changed) == (False, ["profiling_allowed"])
    view = await shop.view()
    assert (view["profiling_allowed"], view["version"]) == (False, version + 1)
    assert await run_due(SERVICE, database) == []


async def test_a_consent_from_a_clock_that_is_ahead_acts_when_its_time_comes(shop, change_policy, clock, database):
    await change_policy(profiling_basis="consent")
    await shop.buys()
    await shop.post(CONSENTS, stated(granted=True, at="2011-03-01T09:04:00Z"))
    assert not (await shop.view())["profiling_allowed"]
    (began,) = await run_due(SERVICE, database, now=clock.now() + timedelta(minutes=4))
    assert began.data.profiling_allowed


async def test_another_basis_is_announced_to_whom_it_concerns_each_once(shop, change_policy, database):
    for number, consents in enumerate(([], [stated(granted=True)], [stated(granted=False)], [])):
        named = [{"source": "web-shop", "external_id": f"C{number}"}]
        await shop.registers(external_ids=named, consents=consents)

    await change_policy(profiling_basis="consent")
    changed = await run_due(SERVICE, database)
    assert [(event.data.external_ids[0].external_id, event.data.profiling_allowed) for event in changed] == [
        ("C0", False),
        ("C3", False),
    ]
    assert await run_due(SERVICE, database) == []

    await change_policy(profiling_basis="objection")
    again = await run_due(SERVICE, database)
    assert [(event.key, event.data.profiling_allowed) for event in again] == [(event.key, True) for event in changed]


async def test_a_customer_committed_under_the_former_basis_is_found(shop, change_policy, database):
    """A transaction that had read the former policy may commit after everybody else was looked at."""
    await change_policy(profiling_basis="consent")
    await shop.buys()
    late = text("UPDATE customer SET profiling_basis = 'objection', profiling_allowed = true")
    async with database.begin() as uow:
        await uow.connection.execute(late)
    (event,) = await run_due(SERVICE, database)
    assert not event.data.profiling_allowed


async def test_nothing_is_announced_about_an_erased_customer(shop, change_policy, database):
    await shop.buys()
    async with database.begin() as uow:
        await uow.connection.execute(text("UPDATE customer SET status = 'erased'"))
    await change_policy(profiling_basis="consent")
    assert await run_due(SERVICE, database) == []
    async with database.read() as uow:
        assert await backlog.found(uow.connection, SERVICE.stream.due_actions, uow.now) == []


async def test_another_basis_is_applied_at_a_bounded_rate(database):
    (applying,) = [action for action in SERVICE.stream.due_actions if action.name == "apply-profiling-basis"]
    assert applying.paced


MANY = text("""
    INSERT INTO customer (id, version, provisional, profiling_changes_at, registered_at, updated_at)
    SELECT gen_random_uuid(), 1, true, CAST(:later AS timestamptz) + make_interval(mins => n), :later, :later
    FROM generate_series(1, 10000) AS n
""")


@pytest.mark.parametrize("action", SERVICE.stream.due_actions, ids=lambda action: action.name)
async def test_among_many_who_are_not_due_the_loop_looks_by_index(database, clock, action):
    async with database.begin() as uow:
        await uow.connection.execute(MANY, {"later": clock.now()})
        await uow.connection.execute(text("ANALYZE customer"))
        values = {"now": clock.now()} if ":now" in action.due else {}
        plan = await uow.connection.execute(text(f"EXPLAIN {action.due} LIMIT 1"), values)
        assert "ix_customer_profiling" in "\n".join(plan.scalars())


async def test_a_score_from_before_the_objection_is_shown_no_more(shop, database):
    bought = (await shop.buys()).json()
    await deliver(SERVICE, database, [scored(UUID(bought["customer_id"]), 1)])
    assert (await shop.view(include="score"))["score"]["probability"] == "0.42"
    await shop.post(CONSENTS, stated(granted=False))
    assert (await shop.view(include="score"))["score"] is None


async def test_who_may_be_profiled_is_taken_back_after_a_restore(shop, database_for, database):
    await shop.buys()
    await shop.post(CONSENTS, stated(granted=False))
    backup = await database_for(SERVICE)

    await restore(SERVICE, backup, await emitted(database))

    assert await run_due(SERVICE, backup) == []
    async with backup.read() as uow:
        assert await uow.connection.scalar(text("SELECT profiling_allowed FROM customer")) is False
