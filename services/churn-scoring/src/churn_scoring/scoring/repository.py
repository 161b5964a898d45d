"""SQL of scores."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from churn_scoring.domain.basis import NoScoreReason
from churn_scoring.domain.contracts import Contract
from churn_scoring.domain.history import History
from churn_scoring.domain.score import Score
from churn_scoring.facts.repository import HISTORY_COLUMNS
from churn_scoring.policy.repository import Release
from churn_scoring.scoring.models import score
from lealtad.db import Connection, Rows
from lealtad.db.recordset import as_rows, recordset

COLUMNS = [field.name for field in fields(Score)]
SELECT = f"SELECT {', '.join(COLUMNS)} FROM score"
READ = f"{SELECT} WHERE customer_id = ANY(CAST(:ids AS uuid[])) ORDER BY customer_id"
LOCK = text(f"{READ} FOR NO KEY UPDATE")

INSERT_MISSING = text(f"""
    INSERT INTO score (customer_id) SELECT id FROM unnest(CAST(:ids AS uuid[])) AS wanted (id) ORDER BY id
    ON CONFLICT (customer_id) DO NOTHING
    RETURNING {", ".join(COLUMNS)}
""")

# This must be a statement separate from LOCK: a statement that waits for a lock sees all other rows as they were before
# it waited. In one statement, the later of two evaluations of a customer could miss the facts of the earlier one, or
# use an earlier release. A release that comes after this statement makes the scores outdated. The largest version
# of a contract holds its whole state; facts from before versions (0) follow business time.
SNAPSHOTS = text(f"""
    SELECT release.id AS release, policy_version, model_version, wanted.customer_id AS customer,
        ARRAY(SELECT DISTINCT ON (contract_id) ROW(contract_id, customer_id, starts_at, ends_at, fact_id)
              FROM contract_fact
              WHERE contract_fact.customer_id = wanted.customer_id
              ORDER BY contract_id, version DESC, occurred_at DESC, fact_id DESC) AS contracts,
        (SELECT count(*) FROM service_case
         WHERE service_case.customer_id = wanted.customer_id AND complains AND open) AS open_cases,
        (SELECT CASE WHEN status <> 'active' THEN status
                     WHEN NOT profiling_allowed THEN '{NoScoreReason.PROFILING_REFUSED}' END
         FROM customer WHERE customer.customer_id = wanted.customer_id) AS exclusion,
        {", ".join(f"history.{name}" for name in HISTORY_COLUMNS)}
    FROM unnest(CAST(:ids AS uuid[])) AS wanted (customer_id)
        CROSS JOIN (SELECT * FROM release ORDER BY id DESC LIMIT 1) AS release
        LEFT JOIN history ON history.customer_id = wanted.customer_id
""")

READ_PROFILING_ALLOWED = text("SELECT profiling_allowed FROM customer WHERE customer_id = :id")

UPDATE = text(f"""
    UPDATE score SET ({", ".join(COLUMNS[1:])}) = ROW({", ".join(f"row.{name}" for name in COLUMNS[1:])})
    FROM {recordset(score, COLUMNS)} WHERE score.customer_id = row.customer_id
""")

LOCK_DUE = text("""
    SELECT customer_id FROM score WHERE next_due_at <= :now
    ORDER BY next_due_at, customer_id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
""")

LOCK_OUTDATED = text("""
    SELECT customer_id FROM score WHERE release < :release
    ORDER BY release, customer_id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
""")

POSTPONE_SCORE = text("""
    UPDATE score SET next_due_at = :until, release = (SELECT max(id) FROM release) WHERE customer_id = :id
""")

DUE = "SELECT 1 FROM score WHERE next_due_at <= :now"
OUTDATED = "SELECT 1 FROM score WHERE release < (SELECT max(id) FROM release)"

RANKED = f"{SELECT} WHERE probability IS NOT NULL {{band}} {{after}} ORDER BY {{order}} LIMIT :limit"


@dataclass(frozen=True, slots=True)
class CustomerSnapshot:
    """The stored data of a customer that a score depends on."""

    history: History
    contracts: list[Contract]
    open_cases: int
    exclusion: NoScoreReason | None
    """The reason why the customer is never scored, or None."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """An order of customers by descending columns, so that a backward index scan yields it."""

    columns: tuple[str, ...]

    def statement(self, *, in_band: bool, after: bool) -> str:
        """Return the query of a page, for one band or all, from the start or after a row."""
        values = ", ".join(f":{name}" for name in self.columns)
        return RANKED.format(
            band="AND band = :band" if in_band else "",
            after=f"AND ({', '.join(self.columns)}) < ({values})" if after else "",
            order=", ".join(f"{name} DESC" for name in self.columns),
        )


BY_RISK = Ranking(("probability", "announced_at_risk", "customer_id"))
BY_VALUE = Ranking(("announced_at_risk", "customer_id"))


async def lock_scores(connection: Connection, customer_ids: Sequence[UUID]) -> list[Score]:
    """Lock the scores of these customers in ascending id, and insert missing rows."""
    found = _scores(await connection.execute(LOCK, {"ids": customer_ids}))
    missing = sorted(set(customer_ids) - {score.customer_id for score in found})
    if missing:
        found += _scores(await connection.execute(INSERT_MISSING, {"ids": missing}))
        found.sort(key=lambda score: score.customer_id)
    if len(found) < len(customer_ids):  # another transaction inserted them meanwhile
        found = _scores(await connection.execute(LOCK, {"ids": customer_ids}))
    return found


async def read_snapshots(
    connection: Connection, customer_ids: Sequence[UUID]
) -> tuple[Release, dict[UUID, CustomerSnapshot]]:
    """Return the release in force and the snapshots of these customers.

    There must be at least one customer, and the caller must hold the locks on their scores.
    """
    rows = await connection.execute(SNAPSHOTS, {"ids": customer_ids})
    release = Release(rows[0].release, rows[0].policy_version, rows[0].model_version)
    return release, {row.customer: _snapshot(row) for row in rows}


async def lock_due_customers(connection: Connection, now: datetime, limit: int) -> list[UUID]:
    """Lock scores that are due at `now`, skip those locked by others, and return their customers."""
    return sorted((await connection.execute(LOCK_DUE, {"now": now, "limit": limit})).scalars())


async def lock_outdated_customers(connection: Connection, release: int, limit: int) -> list[UUID]:
    """Lock scores of earlier releases, skip those locked by others, and return their customers."""
    return sorted((await connection.execute(LOCK_OUTDATED, {"release": release, "limit": limit})).scalars())


async def postpone_score(connection: Connection, customer_id: UUID, until: datetime) -> None:
    """Update a locked score so that it is due no sooner than `until`, also after a new release."""
    await connection.execute(POSTPONE_SCORE, {"id": customer_id, "until": until})


async def update_scores(connection: Connection, scores: Sequence[Score]) -> None:
    """Update scores whose rows exist."""
    rows = [{name: getattr(score, name) for name in COLUMNS} for score in scores]
    await connection.execute(UPDATE, as_rows(rows))


async def read_score(connection: Connection, customer_id: UUID) -> Score | None:
    """Return the score of a customer, or None before the first evaluation."""
    found = _scores(await connection.execute(text(READ), {"ids": [customer_id]}))
    return found[0] if found else None


async def read_profiling_allowed(connection: Connection, customer_id: UUID) -> bool:
    """Return whether the customer may be profiled; True before the customer's state has arrived."""
    allowed: bool | None = await connection.scalar(READ_PROFILING_ALLOWED, {"id": customer_id})
    return allowed is not False


async def list_scores(
    connection: Connection, ranking: Ranking, *, band: str | None, after: tuple[Any, ...] | None, limit: int
) -> list[Score]:
    """Return scored customers in the order of `ranking`, after the row with the values `after`."""
    statement = ranking.statement(in_band=band is not None, after=after is not None)
    place = dict(zip(ranking.columns, after or (), strict=after is not None))
    parameters = {"limit": limit, **place} | ({} if band is None else {"band": band})
    return _scores(await connection.execute(text(statement), parameters))


def _snapshot(row: Any) -> CustomerSnapshot:
    customer_id, *folded = row[-len(HISTORY_COLUMNS) :]
    return CustomerSnapshot(
        history=History(row.customer) if customer_id is None else History(customer_id, *folded),
        contracts=[Contract(*contract) for contract in row.contracts],
        open_cases=row.open_cases,
        exclusion=NoScoreReason(row.exclusion) if row.exclusion else None,
    )


def _scores(result: Rows) -> list[Score]:
    return [Score(*row) for row in result]
