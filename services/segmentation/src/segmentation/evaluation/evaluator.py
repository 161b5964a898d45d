"""Evaluator: it evaluates a rulebook for a set of customers with one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import asyncpg

from lealtad.db import Connection, Row
from segmentation.domain.evaluation_result import AnnouncedState, Comparison, EvaluationResult, Scores
from segmentation.domain.rulebook import Rulebook
from segmentation.evaluation.statement import ANNOUNCED, evaluation, listed_customers


@dataclass(frozen=True)
class Evaluator:
    """A rulebook compiled to SQL once, since the statement is large and evaluations are many."""

    rulebook: Rulebook
    sql: str
    parameters: tuple[tuple[str, Any], ...]
    """Names in the order of the placeholders, with their values in the rulebook; None where an evaluation binds it."""

    @classmethod
    def of(cls, rulebook: Rulebook) -> "Evaluator":
        """Return the evaluator of `rulebook`; this compiles its statement."""
        customers = listed_customers()
        statement = evaluation(customers, rulebook).add_columns(*(customers.c[name] for name in ANNOUNCED))
        dialect = asyncpg.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy has no types for it
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        values = compiled.construct_params(_check=False)
        return cls(rulebook, str(compiled), tuple((name, values[name]) for name in compiled.positiontup or ()))

    async def evaluate(
        self, connection: Connection, customer_ids: Sequence[UUID], now: datetime
    ) -> list[EvaluationResult]:
        """Return the results for these customers at `now`, in ascending id."""
        return [comparison.result for comparison in await self.compare(connection, customer_ids, now)]

    async def compare(self, connection: Connection, customer_ids: Sequence[UUID], now: datetime) -> list[Comparison]:
        """Return the results for these customers, each beside the state announced before.

        Call this after the customers were locked, or it misses what the last transaction that locked them announced.
        """
        rows = await connection.run(self.sql, *self.values(customer_ids, now))
        return [Comparison(self._result(row), _announced_state(row)) for row in rows]

    def values(self, customer_ids: Sequence[UUID], now: datetime) -> tuple[Any, ...]:
        """Return the values of the placeholders in an evaluation of these customers at `now`."""
        bound = {"ids": list(customer_ids), **time_binds(now)}
        return tuple(bound.get(name, value) for name, value in self.parameters)

    def _result(self, row: Row) -> EvaluationResult:
        active = self.rulebook.active
        definitions = (*active, *self.rulebook.preparing)
        return EvaluationResult(
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


def time_binds(now: datetime) -> dict[str, Any]:
    """Return the parameters by which an evaluation at `now` binds the time."""
    today = now.astimezone(UTC).date()
    return {"now": now, "today": today, "new_year": date(today.year + 1, 1, 1)}


def _announced_state(row: Row) -> AnnouncedState:
    return AnnouncedState(frozenset(row.announced_segments), row.announced_tier, row.announced_service_tier)


def _scores(row: Row) -> Scores | None:
    if row.rfm_recency is None:
        return None
    return Scores(row.rfm_recency, row.rfm_frequency, row.rfm_monetary)
