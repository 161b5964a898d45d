"""The number of purchases and returns that each service counts per customer.

The replay itself uses the HTTP APIs alone. This check reads the tables on which services decide, since an
API that answered from a cache or from another service would not show a loss.
"""

import asyncio
import os
from urllib.parse import urlsplit

import asyncpg

from lealtad_demo.client import CHURN, PROFILE, SEGMENTATION
from lealtad_local.home import Home
from lealtad_local.postgres import PostgresServer
from lealtad_local.services import SERVICES

COUNTS = {
    PROFILE: "SELECT customer_id, purchases + returns AS facts FROM owned.customer_totals",
    SEGMENTATION: "SELECT customer_id, purchases + returns AS facts FROM derived.activity_total",
    CHURN: """
        SELECT history.customer_id, purchases + count(fact.id) AS facts
        FROM derived.history
        LEFT JOIN derived.fact ON fact.customer_id = history.customer_id AND fact.kind = 'return'
        GROUP BY history.customer_id, purchases
    """,
}
"""Queries of the count per customer, from running totals, so that a doubled fact counts twice."""

TIMEOUT_S = 30


async def count_facts(home: Home) -> dict[str, dict[str, int]]:
    """Return the number of facts by service and customer id."""
    counts = await asyncio.gather(*(_count(home, service, query) for service, query in COUNTS.items()))
    return dict(zip(COUNTS, counts, strict=True))


async def _count(home: Home, service: str, query: str) -> dict[str, int]:
    connection = await asyncpg.connect(_address(home, service), timeout=TIMEOUT_S)
    try:
        rows = await connection.fetch(query, timeout=TIMEOUT_S)
    finally:
        await connection.close()
    return {str(row["customer_id"]): row["facts"] for row in rows}


def _address(home: Home, service: str) -> str:
    administration = os.environ.get("LEALTAD_POSTGRES_URL") or PostgresServer(home.postgres).url
    (database,) = (each.database for each in SERVICES if each.name == service)
    return urlsplit(administration)._replace(path=f"/{database}").geturl()
