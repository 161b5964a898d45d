"""SQL of decisions and of the current next-best actions."""

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

ADD_CUSTOMERS = text("""
    INSERT INTO next_best_action (customer_id) SELECT id FROM unnest(CAST(:customers AS uuid[])) AS id ORDER BY id
    ON CONFLICT DO NOTHING
""")
LOCK = text("""
    SELECT customer_id, decision_id, offer_id, channel, mute, case_id, seed, drawn_until FROM next_best_action
    WHERE customer_id = ANY(CAST(:customers AS uuid[])) ORDER BY customer_id FOR UPDATE
""")
ACTION_COLUMNS = [column.name for column in next_best_action.columns if not column.primary_key]
ADD_DECISIONS = insert_rows(decision)
# The same rows feed both tables: the decisions and the current actions.
ADD_CURRENT_DECISIONS = text(f"""
    WITH added AS ({ADD_DECISIONS.text})
    UPDATE next_best_action AS current_action SET {", ".join(f"{name} = row.{name}" for name in ACTION_COLUMNS)}
    FROM {recordset(next_best_action)} WHERE current_action.customer_id = row.customer_id
""")
SELECT = """
    SELECT d.*, v.terms, c.language, coalesce(c.profiling_allowed, true) AS profiling_allowed,
        current_action.decision_id = d.decision_id AS is_current,
        (SELECT jsonb_agg(jsonb_build_object('response', r.response, 'occurred_at', r.occurred_at, 'reason', r.reason,
            'reported', r.reported, 'rule', r.rule)
            ORDER BY r.occurred_at, r.response_id)
            FROM response AS r WHERE r.decision_id = d.decision_id) AS given_responses
    FROM decision AS d
    LEFT JOIN offer_version AS v ON v.offer_id = d.offer_id AND v.version = d.offer_version
    LEFT JOIN customer AS c ON c.customer_id = d.customer_id
    LEFT JOIN next_best_action AS current_action ON current_action.customer_id = d.customer_id
"""
FIND = text(f"{SELECT} WHERE d.decision_id = :decision_id")
# One statement resolves the customer and reads the decision, because front offices run it at every contact. A customer
# may have a decision before the customer's own state arrives, because other events carry the id.
CURRENT_DECISION = f"{SELECT} WHERE d.decision_id = (SELECT decision_id FROM next_best_action WHERE customer_id = "
CURRENT_BY_ID = text(f"{CURRENT_DECISION} coalesce(({customers_repository.BY_ID.text}), :id))")
CURRENT_BY_EXTERNAL_ID = text(f"{CURRENT_DECISION} ({customers_repository.BY_EXTERNAL_ID.text}))")
PAGE = text(f"""{SELECT}
    WHERE d.customer_id = :customer_id AND (CAST(:before AS uuid) IS NULL OR d.decision_id < :before)
    ORDER BY d.decision_id DESC LIMIT :limit
""")
LAST_UNTIL = text("""
    SELECT inputs, ruled_out FROM decision WHERE customer_id = :customer_id AND decided_at <= :moment
    ORDER BY decision_id DESC LIMIT 1
""")
CURRENT_DECISION_ID = text("SELECT decision_id FROM next_best_action WHERE customer_id = :customer_id")
FORGET_DRAW = text("UPDATE next_best_action SET seed = NULL WHERE customer_id = :customer_id")

# Each condition has an index of its own.
WHY_DUE = {
    "time": "next_due_at <= :now",
    "rules": "rulebook < (SELECT revision FROM rulebook)",
    "inputs": "awaits_inputs",
}
DUE = " UNION ALL ".join(f"SELECT 1 FROM next_best_action WHERE {WHY_DUE[why]}" for why in ("time", "rules"))
WAITING = f"SELECT 1 FROM next_best_action WHERE {WHY_DUE['inputs']}"
LOCK_DUE = {
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
# Ids grow with time. Keep decisions with a contact or a response, because effects are measured by them. Keep the
# current decision, however old it is.
PRUNE = text("""
    DELETE FROM decision WHERE decision_id IN (
        SELECT decision_id FROM decision
        WHERE decision_id < :before
          AND NOT EXISTS (SELECT FROM contact WHERE contact.decision_id = decision.decision_id)
          AND NOT EXISTS (SELECT FROM response WHERE response.decision_id = decision.decision_id)
          AND NOT EXISTS (SELECT FROM next_best_action AS current_action
                          WHERE current_action.customer_id = decision.customer_id
                            AND current_action.decision_id = decision.decision_id)
        ORDER BY decision_id LIMIT :limit)
""")

# The restored customers are due at once, so that a difference between stored state and announced action is announced.
RESTORE_ACTIONS = text(f"""
    UPDATE next_best_action AS current_action
    SET offer_id = row.offer_id, channel = row.channel, mute = row.mute, case_id = row.case_id, seed = NULL,
        next_due_at = :now
    FROM {recordset(next_best_action, ("customer_id", "offer_id", "channel", "mute", "case_id"))}
    WHERE current_action.customer_id = row.customer_id
""")


async def lock_customers(connection: Connection, customers: Sequence[UUID]) -> dict[UUID, Found]:
    """Lock the customers in ascending id and return the current action of each.

    Read or change other rows of a customer only after this lock.
    """
    locked = await _lock_rows(connection, customers)
    if len(locked) == len(set(customers)):
        return locked
    await connection.execute(ADD_CUSTOMERS, {"customers": list(customers)})
    return await _lock_rows(connection, customers)


async def _lock_rows(connection: Connection, customers: Sequence[UUID]) -> dict[UUID, Found]:
    rows = await connection.execute(LOCK, {"customers": list(customers)})
    return {row.customer_id: row for row in rows}


async def add(connection: Connection, decisions: Sequence[Row]) -> None:
    """Insert decisions."""
    await connection.execute(ADD_DECISIONS, as_rows(decisions))


async def add_current_decisions(connection: Connection, decisions: Sequence[Row]) -> None:
    """Insert decisions about locked customers and make them current; each row has the columns of both tables."""
    await connection.execute(ADD_CURRENT_DECISIONS, as_rows(decisions))


async def find(connection: Connection, decision_id: UUID) -> Found | None:
    """Return a decision with the terms of its offer's version and the customer's language."""
    return (await connection.execute(FIND, {"decision_id": decision_id})).one_or_none()


async def find_current_decision(connection: Connection, ref: CustomerRef) -> Found | None:
    """Return the current decision of the customer that `ref` names, with the columns of `find`.

    Return None if the customer or the decision does not exist.
    """
    if ref.id:
        return (await connection.execute(CURRENT_BY_ID, {"id": ref.id})).one_or_none()
    wanted = {"source": ref.source, "external_id": ref.external_id}
    return (await connection.execute(CURRENT_BY_EXTERNAL_ID, wanted)).one_or_none()


async def list_page(connection: Connection, customer_id: UUID, *, before: UUID | None, limit: int) -> Sequence[Found]:
    """Return a customer's decisions before the decision with the id `before`, newest first."""
    wanted = {"customer_id": customer_id, "before": before, "limit": limit}
    return await connection.execute(PAGE, wanted)


async def find_current_decision_id(connection: Connection, customer_id: UUID) -> UUID | None:
    """Return the id of a customer's current decision, or None."""
    decision_id: UUID | None = await connection.scalar(CURRENT_DECISION_ID, {"customer_id": customer_id})
    return decision_id


async def find_last_until(connection: Connection, customer_id: UUID, moment: datetime) -> Found:
    """Return the inputs and exclusions of the last decision about a customer up to `moment`."""
    return (await connection.execute(LAST_UNTIL, {"customer_id": customer_id, "moment": moment})).one()


async def forget_draw(connection: Connection, customer_id: UUID) -> None:
    """Delete the draw, so that the next decision about the customer draws propensities again."""
    await connection.execute(FORGET_DRAW, {"customer_id": customer_id})


async def lock_due_customers(connection: Connection, why: str, now: datetime, limit: int) -> list[UUID]:
    """Lock customers who are due for the reason `why` (a key of `WHY_DUE`); return them in ascending id.

    Skip customers that another transaction has locked.
    """
    rows = await connection.execute(LOCK_DUE[why], {"now": now, "limit": limit})
    return sorted(rows.scalars())


async def find_lanes(connection: Connection, customers: Sequence[UUID]) -> dict[UUID, Lane]:
    """Return the lane of each customer's current decision."""
    rows = await connection.execute(LANES, {"customers": list(customers)})
    return {row.customer_id: Lane(row.lane) for row in rows}


async def postpone(connection: Connection, customer_id: UUID, until: datetime) -> None:
    """Postpone the next review of a locked customer to `until`, whatever made the customer due."""
    await connection.execute(POSTPONE, {"customer_id": customer_id, "until": until})


async def restore_actions(connection: Connection, actions: Sequence[Row], now: datetime) -> None:
    """Store the announced actions of locked customers and make the customers due at `now`."""
    await connection.execute(RESTORE_ACTIONS, {"now": now, **as_rows(actions)})


async def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete at most `limit` unused decisions from before `before` (system time); return their number."""
    return await connection.affected(PRUNE, {"before": first_id_at(before), "limit": limit})
