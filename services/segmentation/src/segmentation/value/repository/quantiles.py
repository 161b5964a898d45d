"""SQL over the whole base: what boundaries are computed from, and whom new ones concern.

Both read `standing`, whose amounts are kept current by time too: no window has to be added up again for the whole base.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ARRAY, ColumnElement, Integer, any_, literal, or_, text, true

from lealtad.db import Connection, Row
from lealtad.db.planning import plan_for_the_base
from segmentation.domain.boundaries import Boundaries, Tier
from segmentation.domain.value_policy import TierRule, ValuePolicy
from segmentation.evaluation.evaluator import moments
from segmentation.evaluation.value_scores import ranked
from segmentation.memberships.models import standing

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

# A tier begins at the smallest amount at which the customers above it bring less than its share of the revenue;
# equal amounts are one step, so that equal customers share a tier.
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


async def compute(connection: Connection, policy: ValuePolicy, now: datetime) -> Boundaries | None:
    """Return boundaries (as version 1) from everybody who bought in the window; None for too few."""
    await plan_for_the_base(connection)
    binds = {"fifths": FIFTHS, "hundredths": HUNDREDTHS, "today": moments(now)["today"]}
    row = (await connection.execute(QUANTILES, binds)).one()
    if row.buyers < policy.min_customers:
        return None
    shares = [rule.revenue_share for rule in policy.tiers]
    amounts = (await connection.execute(TIER_AMOUNTS, {"shares": shares})).scalars()
    return _boundaries(policy, now, row, _tiers(policy.tiers, amounts))


def ranked_otherwise(boundaries: Boundaries, recency_limits: Iterable[frozenset[int]]) -> ColumnElement[bool]:
    """Return the condition on `standing` that scores or tier are others by `boundaries`; it binds `today`.

    Recency scores, which time moves every few days, are others only where a rule minds: each of `recency_limits` holds
    the scores that meet one of its conditions.
    """
    columns = standing.c
    new = ranked(
        boundaries,
        known=true(),
        last_purchase=columns.last_purchase,
        purchases=columns.frequency,
        amount=columns.monetary,
    )
    return or_(
        columns.tier.is_distinct_from(new.tier),
        columns.service_tier.is_distinct_from(new.service_tier),
        columns.rfm_frequency.is_distinct_from(new.frequency),
        columns.rfm_monetary.is_distinct_from(new.monetary),
        *(_is_any(columns.rfm_recency, some).is_distinct_from(_is_any(new.recency, some)) for some in recency_limits),
    )


def _is_any(score: ColumnElement[int], scores: frozenset[int]) -> ColumnElement[bool]:
    return score == any_(literal(sorted(scores), ARRAY(Integer)))


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
    """Pair the tiers with the amounts they begin at; the last takes every other buyer, also where revenue is nil."""
    best = [
        Tier(rule.tier, rule.service_tier, amount)
        for rule, amount in zip(rules[:-1], amounts[:-1], strict=True)
        if amount is not None
    ]
    return (*best, Tier(rules[-1].tier, rules[-1].service_tier, None))
