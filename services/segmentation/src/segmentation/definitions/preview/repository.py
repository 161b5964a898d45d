"""SQL of previews: a rule evaluated for the whole base while it is small, else for a random sample of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Float, func, literal, select, tablesample, text

from lealtad.db import Connection
from lealtad.db.planning import plan_for_the_base
from segmentation.domain.rulebook import Rulebook
from segmentation.evaluation.evaluator import moments
from segmentation.evaluation.statement import evaluation
from segmentation.memberships.models import standing

MOST = 20_000
"""Customers that a preview evaluates, about: it answers within a second or so."""

# The planner's estimate is enough to choose the share of a sample.
BASE_SIZE = text("""
SELECT (SELECT count(*) FROM (SELECT FROM standing LIMIT :most + 1) AS first) AS counted,
       (SELECT reltuples::bigint FROM pg_class WHERE oid = 'standing'::regclass) AS estimated
""")


@dataclass(frozen=True, slots=True)
class Base:
    """The size of the base, estimated where it is larger than a preview evaluates."""

    customers: int
    sampled: bool

    @property
    def share(self) -> float:
        """Percent of the base to be evaluated."""
        return 100 * MOST / self.customers if self.sampled else 100


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule selected."""

    evaluated: int
    matching: int
    samples: list[UUID]


async def base_size(connection: Connection) -> Base:
    """Return how many customers there are."""
    row = (await connection.execute(BASE_SIZE, {"most": MOST})).one()
    sampled = row.counted > MOST
    return Base(max(row.counted, row.estimated) if sampled else row.counted, sampled)


async def evaluate(connection: Connection, rulebook: Rulebook, percent: float, now: datetime, samples: int) -> Found:
    """Evaluate the only rule of `rulebook` for a random `percent` of the base."""
    chosen = tablesample(standing, func.bernoulli(literal(percent, Float)))
    found = evaluation(select(chosen.c.customer_id).subquery("evaluated"), rulebook).subquery()
    met = func.cardinality(found.c.met_rules) > 0
    counts = select(func.count().label("evaluated"), func.count().filter(met).label("matching"))
    members = select(found.c.customer_id).where(met).limit(samples)
    async with connection.transaction():
        await plan_for_the_base(connection)
        row = (await connection.execute(counts.select_from(found), moments(now))).one()
        named = (await connection.execute(members, moments(now))).scalars()
    return Found(row.evaluated, row.matching, named)
