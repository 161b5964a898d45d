"""SQL of decisions and of the standing next-best actions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from campaigns.decisions.models import decision, next_best_action
from lealtad.customers import repository as customers_repository
from lealtad.db import Connection
from lealtad.db import Row as Found
from lealtad.db.recordset import Row, as_rows, insert_rows, recordset
from lealtad.events.cause import Lane
from lealtad.http import CustomerRef
from lealtad.ids import first_id_at

ADD_STANDING = text("""
    INSERT INTO next_best_action (customer_id) SELECT id FROM unnest(CAST(:customers AS uuid[])) AS id ORDER BY id
    ON CONFLICT DO NOTHING
""")
LOCK = text("""
    SELECT customer_id, decision_id, offer_id, channel, mute, seed, drawn_until FROM next_best_action
    WHERE customer_id = ANY(CAST(:customers AS uuid[])) ORDER BY customer_id FOR UPDATE
""")
STANDING = [column.name for column in next_best_action.columns if not column.primary_key]
ADD_DECISIONS = insert_rows(decision)
# The same rows are read twice: as what was decided, and as what stands now.
ADD_STANDING_DECISIONS = text(f"""
    WITH added AS ({ADD_DECISIONS.text})
    UPDATE next_best_action AS standing SET {", ".join(f"{name} = row.{name}" for name in STANDING)}
    FROM {recordset(next_best_action)} WHERE standing.customer_id = row.customer_id
""")
SHOWN = """
    SELECT d.*, v.terms, c.language, coalesce(c.profiling_allowed, true) AS profiling_allowed,
        standing.decision_id = d.decision_id AS is_standing,
        (SELECT jsonb_agg(jsonb_build_object('response', r.response, 'occurred_at', r.occurred_at, 'reason', r.reason,
            'reported', r.reported, 'rule', r.rule)
            ORDER BY r.occurred_at, r.response_id) FROM response AS r WHERE r.decision_id = d.decision_id) AS given
    FROM decision AS d
    LEFT JOIN offer_version AS v ON v.offer_id = d.offer_id AND v.version = d.offer_version
    LEFT JOIN customer AS c ON c.customer_id = d.customer_id
    LEFT JOIN next_best_action AS standing ON standing.customer_id = d.customer_id
"""
READ = text(f"{SHOWN} WHERE d.decision_id = :decision_id")
# Who is asked about and what stands, at once: front offices read this at every contact. A customer may be decided on,
# by what others say under the id, before the customer's own state arrives.
STANDING_DECISION = f"{SHOWN} WHERE d.decision_id = (SELECT decision_id FROM next_best_action WHERE customer_id = "
STANDING_BY_ID = text(f"{STANDING_DECISION} coalesce(({customers_repository.BY_ID.text}), :id))")
STANDING_BY_EXTERNAL_ID = text(f"{STANDING_DECISION} ({customers_repository.BY_EXTERNAL_ID.text}))")
PAGE = text(f"""{SHOWN}
    WHERE d.customer_id = :customer_id AND (CAST(:before AS uuid) IS NULL OR d.decision_id < :before)
    ORDER BY d.decision_id DESC LIMIT :limit
""")
LAST_UNTIL = text("""
    SELECT inputs, ruled_out FROM decision WHERE customer_id = :customer_id AND decided_at <= :moment
    ORDER BY decision_id DESC LIMIT 1
""")
STANDING_OF = text("SELECT decision_id FROM next_best_action WHERE customer_id = :customer_id")
FORGET_DRAW = text("UPDATE next_best_action SET seed = NULL WHERE customer_id = :customer_id")

# Each condition has an index of its own.
WHY_DUE = {
    "time": "next_due_at <= :now",
    "rules": "rulebook < (SELECT revision FROM rulebook)",
    "inputs": "awaits_inputs",
}
DUE = " UNION ALL ".join(f"SELECT 1 FROM next_best_action WHERE {WHY_DUE[why]}" for why in ("time", "rules"))
WAITING = f"SELECT 1 FROM next_best_action WHERE {WHY_DUE['inputs']}"
TAKE_DUE = {
    why: text(f"SELECT customer_id FROM next_best_action WHERE {due} LIMIT :limit FOR UPDATE SKIP LOCKED")
    for why, due in WHY_DUE.items()
}
LANES = text("""
    SELECT customer_id, lane FROM next_best_action JOIN decision USING (customer_id, decision_id)
    WHERE customer_id = ANY(CAST(:customers AS uuid[]))
""")
POSTPONE = text("""
    UPDATE next_best_action
    SET next_due_at = :until, rulebook = (SELECT revision FROM rulebook), awaits_inputs = false
    WHERE customer_id = :customer_id
""")
# Ids grow with the time at which they were made. What was offered, presented or answered is kept: it is what effects
# are measured by; so is the decision that stands, however old.
PRUNE = text("""
    DELETE FROM decision WHERE decision_id IN (
        SELECT decision_id FROM decision
        WHERE decision_id < :before
          AND NOT EXISTS (SELECT FROM contact WHERE contact.decision_id = decision.decision_id)
          AND NOT EXISTS (SELECT FROM response WHERE response.decision_id = decision.decision_id)
          AND NOT EXISTS (SELECT FROM next_best_action AS standing
                          WHERE standing.customer_id = decision.customer_id
                            AND standing.decision_id = decision.decision_id)
        ORDER BY decision_id LIMIT :limit)
""")


async def lock(connection: Connection, customers: Sequence[UUID]) -> dict[UUID, Found]:
    """Lock the customers in ascending id and return the standing action of each; only then touch anything of theirs."""
    locked = await _lock(connection, customers)
    if len(locked) == len(set(customers)):
        return locked
    await connection.execute(ADD_STANDING, {"customers": list(customers)})
    return await _lock(connection, customers)


async def _lock(connection: Connection, customers: Sequence[UUID]) -> dict[UUID, Found]:
    rows = await connection.execute(LOCK, {"customers": list(customers)})
    return {row.customer_id: row for row in rows}


async def add(connection: Connection, decisions: Sequence[Row]) -> None:
    """Insert records of decisions."""
    await connection.execute(ADD_DECISIONS, as_rows(decisions))


async def add_standing(connection: Connection, decisions: Sequence[Row]) -> None:
    """Insert records of decisions about locked customers, and let them stand: each has the columns of both tables."""
    await connection.execute(ADD_STANDING_DECISIONS, as_rows(decisions))


async def read(connection: Connection, decision_id: UUID) -> Found | None:
    """Return a decision with the terms of its offer's version and the customer's language."""
    return (await connection.execute(READ, {"decision_id": decision_id})).one_or_none()


async def read_standing(connection: Connection, ref: CustomerRef) -> Found | None:
    """Return the standing decision of the customer that `ref` names, as `read` does; None where there is neither."""
    if ref.id:
        return (await connection.execute(STANDING_BY_ID, {"id": ref.id})).one_or_none()
    wanted = {"source": ref.source, "external_id": ref.external_id}
    return (await connection.execute(STANDING_BY_EXTERNAL_ID, wanted)).one_or_none()


async def page(connection: Connection, customer_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Found]:
    """Return a customer's decisions, newest first, made before the one with this id."""
    wanted = {"customer_id": customer_id, "before": before, "limit": limit}
    return await connection.execute(PAGE, wanted)


async def standing_of(connection: Connection, customer_id: UUID) -> UUID | None:
    """Return the standing decision of a customer, if there is one yet."""
    found: UUID | None = await connection.scalar(STANDING_OF, {"customer_id": customer_id})
    return found


async def last_until(connection: Connection, customer_id: UUID, moment: datetime) -> Found:
    """Return what the last decision about a customer until `moment` found: its inputs, and what it ruled out."""
    return (await connection.execute(LAST_UNTIL, {"customer_id": customer_id, "moment": moment})).one()


async def forget_draw(connection: Connection, customer_id: UUID) -> None:
    """Let the next decision about the customer draw its propensities anew."""
    await connection.execute(FORGET_DRAW, {"customer_id": customer_id})


async def run_due(connection: Connection, why: str, now: datetime, limit: int) -> list[UUID]:
    """Lock customers who are due by time, by rules, or wait for inputs; return them in ascending id."""
    rows = await connection.execute(TAKE_DUE[why], {"now": now, "limit": limit})
    return sorted(rows.scalars())


async def lanes(connection: Connection, customers: Sequence[UUID]) -> dict[UUID, Lane]:
    """Return the lane of each standing decision."""
    rows = await connection.execute(LANES, {"customers": list(customers)})
    return {row.customer_id: Lane(row.lane) for row in rows}


async def postpone(connection: Connection, customer_id: UUID, until: datetime) -> None:
    """Let a locked customer be due no sooner than `until`, for whatever reason."""
    await connection.execute(POSTPONE, {"customer_id": customer_id, "until": until})


async def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete at most `limit` such decisions made before `before` (system time); return their number."""
    return await connection.affected(PRUNE, {"before": first_id_at(before), "limit": limit})
