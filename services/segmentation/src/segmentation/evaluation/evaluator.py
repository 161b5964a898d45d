"""Evaluates the rulebook in force for a set of customers, with one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import asyncpg

from lealtad.db import Connection, Row
from segmentation.domain.evaluated_customer import Announced, Comparison, Scores, Standing
from segmentation.domain.rulebook import Rulebook
from segmentation.evaluation.statement import ANNOUNCED, evaluation, listed_customers


@dataclass(frozen=True)
class Evaluator:
    """A rulebook, compiled once to SQL: it is a large statement, and evaluations are many."""

    rulebook: Rulebook
    sql: str
    parameters: tuple[tuple[str, Any], ...]
    """Names in the order of the placeholders, with their values in the rulebook; None where an evaluation binds one."""

    @classmethod
    def of(cls, rulebook: Rulebook) -> "Evaluator":
        """Compile `rulebook`."""
        customers = listed_customers()
        statement = evaluation(customers, rulebook).add_columns(*(customers.c[name] for name in ANNOUNCED))
        dialect = asyncpg.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy has no types for it
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        values = compiled.construct_params(_check=False)
        return cls(rulebook, str(compiled), tuple((name, values[name]) for name in compiled.positiontup or ()))

    async def evaluate(self, connection: Connection, customer_ids: Sequence[UUID], now: datetime) -> list[Standing]:
        """Return where these customers stand at `now`, in ascending id."""
        return [compared.found for compared in await self.compare(connection, customer_ids, now)]

    async def compare(self, connection: Connection, customer_ids: Sequence[UUID], now: datetime) -> list[Comparison]:
        """Return where these customers stand, beside what was announced about them.

        To be called after they were locked, or what was announced by whoever held them would be missed.
        """
        rows = await connection.run(self.sql, *self.values(customer_ids, now))
        return [Comparison(self._standing(row), _announced(row)) for row in rows]

    def values(self, customer_ids: Sequence[UUID], now: datetime) -> tuple[Any, ...]:
        """Return what the placeholders stand for in an evaluation of these customers at `now`."""
        bound = {"ids": list(customer_ids), **moments(now)}
        return tuple(bound.get(name, value) for name, value in self.parameters)

    def _standing(self, row: Row) -> Standing:
        active = self.rulebook.active
        definitions = (*active, *self.rulebook.preparing)
        return Standing(
            customer_id=row.customer_id,
            members=frozenset(active[number].segment_id for number in row.met_rules if number < len(active)),
            drafts=frozenset(definitions[number].segment_id for number in row.met_rules if number >= len(active)),
            tier=row.tier,
            service_tier=row.service_tier,
            scores=_scores(row),
            last_purchase=row.last_purchase,
            frequency=row.frequency,
            monetary=row.monetary,
            next_due_at=row.next_due_at,
            profiled=row.profiled,
        )


def moments(now: datetime) -> dict[str, Any]:
    """Return what an evaluation at `now` binds."""
    today = now.astimezone(UTC).date()
    return {"now": now, "today": today, "new_year": date(today.year + 1, 1, 1)}


def _announced(row: Row) -> Announced:
    return Announced(frozenset(row.told_segments), row.told_tier, row.told_service_tier)


def _scores(row: Row) -> Scores | None:
    if row.rfm_recency is None:
        return None
    return Scores(row.rfm_recency, row.rfm_frequency, row.rfm_monetary)
