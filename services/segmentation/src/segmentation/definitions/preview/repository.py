"""SQL of previews: they evaluate the whole base while it is small, else a random sample of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Float, func, literal, select, tablesample, text

from lealtad.db import Connection
from lealtad.db.plan_settings import plan_for_the_base
from segmentation.customer_base.models import evaluated_customer
from segmentation.domain.rulebook import Rulebook
from segmentation.evaluation.evaluator import time_binds
from segmentation.evaluation.statement import evaluation

MAX_CUSTOMERS = 20_000
"""Customers that a preview evaluates, about: it answers within a second or so."""

# The planner's estimate is enough to choose the share of a sample.
BASE_SIZE = text("""
SELECT (SELECT count(*) FROM (SELECT FROM standing LIMIT :most + 1) AS first) AS counted,
       (SELECT reltuples::bigint FROM pg_class WHERE oid = 'standing'::regclass) AS estimated
""")


@dataclass(frozen=True, slots=True)
class BaseSize:
    """The size of the base, estimated where it is larger than a preview evaluates."""

    customers: int
    sampled: bool

    @property
    def percent(self) -> float:
        """Return the percentage of the base to be evaluated."""
        return 100 * MAX_CUSTOMERS / self.customers if self.sampled else 100


@dataclass(frozen=True, slots=True)
class PreviewResult:
    """Counts of the evaluated and the matching customers, with samples of the matching ones."""

    evaluated: int
    matching: int
    samples: list[UUID]


async def read_base_size(connection: Connection) -> BaseSize:
    """Return the number of customers in the base."""
    row = (await connection.execute(BASE_SIZE, {"most": MAX_CUSTOMERS})).one()
    sampled = row.counted > MAX_CUSTOMERS
    return BaseSize(max(row.counted, row.estimated) if sampled else row.counted, sampled)


async def evaluate_share(
    connection: Connection, rulebook: Rulebook, percent: float, now: datetime, samples: int
) -> PreviewResult:
    """Return how many of a random `percent` of the base meet the only rule of `rulebook`."""
    chosen = tablesample(evaluated_customer, func.bernoulli(literal(percent, Float)))
    results = evaluation(select(chosen.c.customer_id).subquery("evaluated"), rulebook).subquery()
    met = func.cardinality(results.c.met_rules) > 0
    counts = select(func.count().label("evaluated"), func.count().filter(met).label("matching"))
    members = select(results.c.customer_id).where(met).limit(samples)
    async with connection.transaction():
        await plan_for_the_base(connection)
        row = (await connection.execute(counts.select_from(results), time_binds(now))).one()
        sample_ids = (await connection.execute(members, time_binds(now))).scalars()
    return PreviewResult(row.evaluated, row.matching, sample_ids)
