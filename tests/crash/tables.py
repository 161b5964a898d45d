"""What really stands in the services' databases."""

import asyncio
from collections.abc import Mapping
from typing import Any

import asyncpg

Row = Mapping[str, Any]
Tables = dict[str, dict[str, list[Row]]]
"""Rows by service and name of the query."""

SEARCH_PATH = "derived, owned, platform"

EVERYWHERE = {
    "journal": "SELECT event_id, kind, type, emitted FROM journal",
    "counters": "SELECT topic, key, last FROM sequence_counter",
    "left": """SELECT (SELECT count(*) FROM outbox) AS "outbox rows",
        (SELECT count(*) FROM pending_reaction) AS "pending reactions",
        (SELECT count(*) FROM dead_letter) AS "dead letters" """,
}

QUERIES = {
    "customer-profile": {
        "facts": """SELECT id, customer_id, kind, source_fact_id AS name, sequence,
            CAST(coalesce(data #>> '{total,amount}', data #>> '{amount,amount}', data #>> '{monthly_amount,amount}',
                '0') AS numeric) AS amount,
            kind = 'payment' AND data ->> 'method' IS NULL AS failed, data ->> 'sentiment' = 'negative' AS bad
            FROM fact""",
        "totals": """SELECT customer_id, purchases, purchased, returns, returned, payments, paid, failed_payments,
            touchpoints FROM customer_totals""",
        "contracts": "SELECT id, customer_id, starts_at, ends_at FROM contract",
        "cases": "SELECT case_id, version, open FROM complaint_case",
        "responses": "SELECT event_id AS id, response FROM offer_response",
        "scores": "SELECT customer_id, sequence FROM announced WHERE part = 'score'",
        "segments": "SELECT customer_id, sequence FROM announced WHERE part = 'segments'",
    },
    "churn-scoring": {
        "facts": "SELECT id, customer_id, kind, amount FROM fact",
        "totals": "SELECT customer_id, purchases, spent AS purchased, returned FROM history",
        "contracts": """SELECT DISTINCT ON (contract_id) contract_id AS id, customer_id, starts_at, ends_at
            FROM contract_fact ORDER BY contract_id, version DESC, occurred_at DESC, fact_id DESC""",
        "cases": "SELECT case_id, version, open FROM service_case",
    },
    "segmentation": {
        "facts": "SELECT event_id AS id, customer_id, kind, amount FROM activity_fact",
        "totals": """SELECT customer_id, purchases, purchase_amount AS purchased, returns, returned_amount AS returned,
            payments, paid_amount AS paid, failed_payments, touchpoints FROM activity_total""",
        "days": """SELECT customer_id, sum(purchases) AS purchases, sum(purchase_amount) AS purchased,
            sum(returns) AS returns, sum(returned_amount) AS returned, sum(payments) AS payments,
            sum(paid_amount) AS paid, sum(failed_payments) AS failed_payments, sum(touchpoints) AS touchpoints
            FROM activity_day GROUP BY customer_id""",
        "contracts": "SELECT contract_id AS id, customer_id, starts_at, ends_at FROM contract",
        "cases": "SELECT case_id, version, is_open AS open FROM complaint_case",
        "scores": "SELECT customer_id, sequence FROM churn_score",
    },
    "campaigns": {
        "contracts": "SELECT contract_id AS id, customer_id, starts_at, ends_at FROM contract",
        "cases": "SELECT case_id, version, is_open AS open FROM complaint_case",
        "scores": "SELECT customer_id, sequence FROM churn_score",
        "segments": "SELECT customer_id, sequence FROM membership",
        "responses": "SELECT response_id AS id, decision_id, response FROM response",
        "taught": """SELECT coalesce(sum(accepted), 0) AS accepted, coalesce(sum(rejected), 0) AS rejected
            FROM propensity""",
        "contacts": "SELECT decision_id FROM contact WHERE status = 'confirmed'",
    },
    "complaints": {
        "cases": """SELECT c.id AS case_id, c.status NOT IN ('resolved', 'closed') AS open, c.source_fact_id AS name,
            (SELECT max(number) FROM case_history
                WHERE case_id = c.id AND event_id IS NOT NULL AND action <> 'reschedule') AS version,
            (SELECT max(number) FROM case_history WHERE case_id = c.id AND event_id IS NOT NULL) AS shown_version,
            (SELECT event_id FROM case_history WHERE case_id = c.id AND number = 1) AS opened
            FROM service_case AS c""",
    },
}


async def read_tables(urls: Mapping[str, str]) -> Tables:
    """Return the rows of all queries; `urls` are the databases' by service."""
    found = await asyncio.gather(*(read(url, {**EVERYWHERE, **QUERIES[service]}) for service, url in urls.items()))
    return dict(zip(urls, found, strict=True))


async def read(url: str, queries: Mapping[str, str]) -> dict[str, list[Row]]:
    """Return the rows of each of `queries` to one database."""
    connection = await asyncpg.connect(url, timeout=30, server_settings={"search_path": SEARCH_PATH})
    try:
        return {name: await connection.fetch(query) for name, query in queries.items()}
    finally:
        await connection.close()
