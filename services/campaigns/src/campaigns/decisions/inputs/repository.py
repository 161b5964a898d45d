"""SQL of the inputs of decisions: one statement for the rules, one for the customers.

Run both after the statement that locks the customers. A statement sees every table as of its own begin. So a statement
that itself waited for the lock would miss what the lock's holder committed (a slot, a response).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from lealtad.db import Connection, Row
from lealtad.kafka.consume.freshness import AGES

# One statement is one snapshot: the revision belongs to these offers and this policy. A later revision makes the
# decision due again.
RULES = text(f"""
    SELECT rulebook.revision, rulebook.hold_out_salt,
        in_force.version AS policy_version, CAST(in_force.policy AS text) AS policy,
        ARRAY(
            SELECT ROW(o.offer_id, o.key, o.version, CAST(o.terms AS text), coalesce(a.accepted, 0))
            FROM offer AS o LEFT JOIN offer_acceptances AS a USING (offer_id)
            WHERE NOT o.withdrawn ORDER BY o.key
        ) AS offers,
        ARRAY(SELECT ROW(offer_id, channel, band, accepted, rejected) FROM propensity) AS tallies,
        ARRAY(SELECT ROW(topic, age_s) FROM ({AGES.text}) AS age) AS input_ages
    FROM rulebook CROSS JOIN (SELECT version, policy FROM contact_policy ORDER BY version DESC LIMIT 1) AS in_force
""")
# Cases, contacts and responses include those of all records that were merged into the customer. A rule that forbids a
# contact applies to the person, and a merge restarts no rest and no cap.
# LIMIT removes no row. Without it PostgreSQL estimates the generic plan to cost much more than a custom plan, and plans
# the statement each time. Planning takes longer than execution.
CUSTOMERS = text("""
    SELECT ids.customer_id, c.sequence AS customer_sequence, c.status, c.do_not_contact, c.profiling_allowed,
        c.language, c.time_zone, c.contact_start, c.contact_end, c.preferred_channels, c.consents, c.registered_at,
        s.probability, s.band, s.value_at_risk, s.model, s.as_of AS score_as_of, s.sequence AS score_sequence,
        m.segments, m.behavioural, m.tier, m.as_of AS segments_as_of, m.sequence AS segments_sequence,
        a.first_activity_at, held.has_contract, held.contract_ends_at, held.contract_ended_at,
        ARRAY(
            SELECT ROW(mutes, is_open, resolved_at, case_id, due_at, paused_at) FROM complaint_case
            WHERE customer_id = ANY(records.ids)
        ) AS cases,
        ARRAY(
            SELECT ROW(contact_id, offer_id, channel, status, at, expires_at) FROM contact
            WHERE customer_id = ANY(records.ids) AND (at > :contacts_since OR status = 'reserved')
                AND counts AND status <> 'released'
        ) AS contacts,
        ARRAY(
            SELECT ROW(contact_id, slot.offer_id, slot.channel, status, at, expires_at, initiated_by = 'customer')
            FROM contact AS slot JOIN decision USING (decision_id)
            WHERE slot.customer_id = ids.customer_id AND status = 'reserved' AND expires_at > :now
        ) AS held_slots,
        ARRAY(
            SELECT ROW(offer_id, offer_kind, promotional, response, occurred_at) FROM response
            WHERE customer_id = ANY(records.ids) AND occurred_at > :responses_since
        ) AS responses
    FROM (
        SELECT customer_id FROM unnest(CAST(:customers AS uuid[])) AS wanted (customer_id)
        LIMIT cardinality(CAST(:customers AS uuid[]))
    ) AS ids
    CROSS JOIN LATERAL (
        SELECT ARRAY(
            SELECT ids.customer_id UNION ALL SELECT customer_id FROM customer WHERE merged_into = ids.customer_id
        ) AS ids
    ) AS records
    LEFT JOIN customer AS c USING (customer_id)
    LEFT JOIN churn_score AS s USING (customer_id)
    LEFT JOIN membership AS m USING (customer_id)
    LEFT JOIN appearance AS a USING (customer_id)
    CROSS JOIN LATERAL (
        SELECT bool_or(runs) AS has_contract,
            CASE WHEN NOT bool_or(runs AND ends_at IS NULL) THEN max(ends_at) FILTER (WHERE runs) END
                AS contract_ends_at,
            max(ends_at) FILTER (WHERE ends_at <= :now) AS contract_ended_at
        FROM (
            SELECT ends_at, starts_at <= :now AND (ends_at IS NULL OR ends_at > :now) AS runs
            FROM contract
            -- A contract that ends no later than it starts never ran.
            WHERE customer_id = ids.customer_id AND (ends_at IS NULL OR ends_at > starts_at)
        ) AS contracts
    ) AS held
    ORDER BY ids.customer_id
""")


async def read_rules(connection: Connection, topics: Sequence[str]) -> Row:
    """Return the rules in force, the tallies of propensities, and the ages of those `topics` that were ever read."""
    return (await connection.execute(RULES, {"topics": list(topics)})).one()


async def read_customers(
    connection: Connection, customers: Sequence[UUID], now: datetime, *, contacts: datetime, responses: datetime
) -> Sequence[Row]:
    """Return one row for each of `customers` in ascending id, also for unknown ones.

    Contacts and responses are those after the given times.
    """
    wanted = {"customers": list(customers), "now": now, "contacts_since": contacts, "responses_since": responses}
    return await connection.execute(CUSTOMERS, wanted)
