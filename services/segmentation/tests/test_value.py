"""Quintiles and 80/20 tiers are computed from the whole base at fixed times, then used for all customers."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from lealtad.ids import new_id
from lealtad.testing.driving import deliver, run_due, undone
from lealtad.unit_of_work import Database
from segmentation.domain.boundaries import Boundaries
from segmentation.domain.value_policy import TierRule, ValuePolicy
from segmentation.service import SERVICE
from segmentation.value.repository.quantiles import compute_boundaries

from .builders import NOW, days_ago, purchase

SHARES = [Decimal("0.5"), Decimal("0.8"), Decimal(1)]
POLICY = ValuePolicy(
    window_days=365,
    min_customers=5,
    hour=2,
    tiers=[
        TierRule(tier=f"tier-{number}", revenue_share=share, service_tier="standard")
        for number, share in enumerate(SHARES)
    ],
)
BASE = text("""
INSERT INTO standing (customer_id, last_purchase, frequency, monetary)
SELECT gen_random_uuid(), CAST(:today AS date) - days, frequency, monetary
FROM unnest(CAST(:days AS integer[]), CAST(:counts AS integer[]), CAST(:amounts AS numeric[]))
  AS buyer (days, frequency, monetary)
""")
Buyers = list[tuple[int, int, int]]
buyers = st.lists(st.tuples(st.integers(0, 364), st.integers(1, 9), st.integers(-20, 200)), min_size=5, max_size=40)


async def computed(database: Database, base: Buyers) -> Boundaries | None:
    async with undone(database) as connection:
        days, counts, amounts = (list(column) for column in zip(*base, strict=True))
        binds = {"today": NOW.date(), "days": days, "counts": counts, "amounts": amounts}
        await connection.execute(BASE, binds)
        return await compute_boundaries(connection, POLICY, NOW)


on_a_database = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(base=buyers)
@on_a_database
async def test_at_most_four_fifths_exceed_the_first_boundary_and_one_fifth_the_last(
    database: Database, base: Buyers
) -> None:
    found = await computed(database, base)
    assert found is not None
    columns: list[tuple[int, ...]] = list(zip(*base, strict=True))
    limits_of: list[tuple[Any, ...]] = [found.recency_days, found.frequency, found.monetary]
    for values, limits in zip(columns, limits_of, strict=True):
        assert list(limits) == sorted(limits)
        for fifth, limit in enumerate(limits, start=1):
            assert sum(value > limit for value in values) <= len(base) * (5 - fifth) / 5
            assert sum(value >= limit for value in values) >= len(base) * (5 - fifth) / 5


@given(base=buyers)
@on_a_database
async def test_a_tier_is_the_fewest_best_customers_that_bring_its_share(database: Database, base: Buyers) -> None:
    found = await computed(database, base)
    assert found is not None
    amounts = [Decimal(amount) for _, _, amount in base]
    revenue = sum(amount for amount in amounts if amount > 0)
    for tier in found.tiers[:-1]:
        share = SHARES[int(tier.tier[-1])]
        assert tier.from_amount is not None
        members = [amount for amount in amounts if amount >= tier.from_amount]
        without_the_least = [amount for amount in members if amount > tier.from_amount]
        assert sum(members) >= share * revenue
        assert sum(without_the_least) < share * revenue
    assert found.tiers[-1].from_amount is None
    assert len(found.tiers) == (3 if revenue else 1)


@given(base=buyers)
@on_a_database
async def test_the_percentile_is_the_share_of_buyers_that_are_reached(database: Database, base: Buyers) -> None:
    found = await computed(database, base)
    assert found is not None
    for _, _, amount in base:
        reached = sum(other <= amount for _, _, other in base) / len(base)
        below = sum(other < amount for _, _, other in base) / len(base)
        assert 100 * below - 1 <= found.percentile(Decimal(amount)) <= 100 * reached


async def test_there_is_no_tier_before_there_are_enough_buyers(database: Database) -> None:
    few = [new_id() for _ in range(19)]
    await deliver(SERVICE, database, [purchase(customer) for customer in few], now=NOW)

    assert await run_due(SERVICE, database, now=NOW + timedelta(hours=1)) == []
    async with database.read() as uow:
        assert not await uow.connection.execute(text("SELECT version FROM value_boundaries"))


async def test_boundaries_come_at_the_next_full_hour_and_all_buyers_get_a_tier(database: Database) -> None:
    customers = sorted(new_id() for _ in range(20))
    await run_due(SERVICE, database, now=NOW)
    facts = [purchase(customer, days_ago(number), mugs=100 * (number + 1)) for number, customer in enumerate(customers)]
    await deliver(SERVICE, database, facts, now=NOW)

    early = await run_due(SERVICE, database, now=NOW + timedelta(minutes=59))
    await run_due(SERVICE, database, now=NOW + timedelta(minutes=60))
    announced = await run_due(SERVICE, database)

    assert early == []
    by_customer = {event.data.customer_id: event.data for event in announced}
    assert sorted(by_customer) == customers
    best, worst = by_customer[customers[-1]], by_customer[customers[0]]
    assert (best.tier, best.previous_tier, best.service_tier) == ("platinum", None, "premium")
    assert (worst.tier, worst.service_tier) == ("bronze", "standard")
    assert (best.rfm.recency, best.rfm.monetary) == (1, 5)
    assert (worst.rfm.recency, worst.rfm.monetary) == (5, 1)
    assert "high-value" in {ref.key for ref in best.entered}


async def test_a_large_purchase_lifts_the_tier_by_the_current_boundaries_at_once(database: Database) -> None:
    customers = [new_id() for _ in range(20)]
    facts = [purchase(customer, mugs=100 * (number + 1)) for number, customer in enumerate(customers)]
    await deliver(SERVICE, database, facts, now=NOW)
    await run_due(SERVICE, database, now=NOW + timedelta(hours=1))
    await run_due(SERVICE, database)

    [event] = await deliver(SERVICE, database, [purchase(customers[0], mugs=5000)])

    assert (event.data.previous_tier, event.data.tier) == ("bronze", "platinum")


async def test_new_boundaries_concern_only_customers_whom_they_change(database: Database) -> None:
    customers = [new_id() for _ in range(20)]
    facts = [purchase(customer, mugs=100 * (number + 1)) for number, customer in enumerate(customers)]
    await deliver(SERVICE, database, facts, now=NOW)
    await run_due(SERVICE, database, now=NOW + timedelta(hours=1))
    await run_due(SERVICE, database)

    tomorrow = (NOW + timedelta(days=1)).replace(hour=2)
    await run_due(SERVICE, database, now=tomorrow)
    assert await run_due(SERVICE, database) == []

    async with database.read() as uow:
        rows = await uow.connection.execute(text("SELECT version FROM value_boundaries ORDER BY version"))
        assert rows.scalars() == [1, 2]
