"""SQL that computes boundaries from the whole base.

The amounts of the base (table `standing`) are kept current as time passes, so that no window is added up again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import text

from lealtad.db import Connection, Row
from lealtad.db.plan_settings import plan_for_the_base
from segmentation.domain.boundaries import Boundaries, Tier
from segmentation.domain.value_policy import TierRule, ValuePolicy

FIFTHS = [0.2, 0.4, 0.6, 0.8]
HUNDREDTHS = [number / 100 for number in range(1, 100)]

# `percentile_disc` gives values that occur, so that whole days and counts stay whole.
QUANTILES = text("""
SELECT count(*) AS buyers,
       percentile_disc(CAST(:fifths AS float8[])) WITHIN GROUP (ORDER BY days) AS recency_days,
       percentile_disc(CAST(:fifths AS float8[])) WITHIN GROUP (ORDER BY frequency) AS frequency,
       percentile_disc(CAST(:fifths AS float8[])) WITHIN GROUP (ORDER BY monetary) AS monetary,
       percentile_disc(CAST(:hundredths AS float8[])) WITHIN GROUP (ORDER BY monetary) AS percentiles
FROM (SELECT greatest(CAST(:today AS date) - last_purchase, 0) AS days, frequency, monetary
      FROM standing WHERE frequency > 0) AS buyer
""")

# A tier begins at the smallest amount for which the customers above it bring less than its share of the revenue.
# Equal amounts are one step, so that equal customers share a tier.
TIER_AMOUNTS = text("""
WITH step AS (
    SELECT monetary, sum(sum(monetary)) OVER (ORDER BY monetary DESC) - sum(monetary) AS above,
           sum(sum(monetary)) OVER () AS revenue
    FROM standing WHERE frequency > 0 AND monetary > 0 GROUP BY monetary)
SELECT min(step.monetary) AS from_amount
FROM unnest(CAST(:shares AS numeric[])) WITH ORDINALITY AS tier (share, place)
LEFT JOIN step ON step.above < tier.share * step.revenue
GROUP BY tier.place ORDER BY tier.place
""")


async def compute_boundaries(connection: Connection, policy: ValuePolicy, now: datetime) -> Boundaries | None:
    """Return boundaries (as version 1) computed from all buyers of the window; None for too few buyers."""
    await plan_for_the_base(connection)
    binds = {"fifths": FIFTHS, "hundredths": HUNDREDTHS, "today": now.astimezone(UTC).date()}
    row = (await connection.execute(QUANTILES, binds)).one()
    if row.buyers < policy.min_customers:
        return None
    shares = [rule.revenue_share for rule in policy.tiers]
    amounts = (await connection.execute(TIER_AMOUNTS, {"shares": shares})).scalars()
    return _boundaries(policy, now, row, _tiers(policy.tiers, amounts))


def _boundaries(policy: ValuePolicy, now: datetime, row: Row, tiers: tuple[Tier, ...]) -> Boundaries:
    return Boundaries(
        version=1,
        computed_at=now,
        window_days=policy.window_days,
        buyers=row.buyers,
        recency_days=tuple(row.recency_days),
        frequency=tuple(row.frequency),
        monetary=tuple(row.monetary),
        tiers=tiers,
        percentiles=tuple(row.percentiles),
    )


def _tiers(rules: Sequence[TierRule], amounts: Sequence[Decimal | None]) -> tuple[Tier, ...]:
    """Return the tiers with the least amount of each; the last takes all other buyers, even where revenue is nil."""
    best = [
        Tier(rule.tier, rule.service_tier, amount)
        for rule, amount in zip(rules[:-1], amounts[:-1], strict=True)
        if amount is not None
    ]
    return (*best, Tier(rules[-1].tier, rules[-1].service_tier, None))
