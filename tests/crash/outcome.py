"""What the loop made of the facts: score, segments and decision of every customer, in words that hold in any stack."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import isclose
from typing import Any

import orjson

from .tables import read

Outcome = dict[str, dict[str, Any]]
"""By what it is, then by customer."""

TOLERANCE = 1e-9
"""Of reals, relative and absolute: the same sums in another order."""

_NAMED = "SELECT source || ':' || external_id AS customer"

QUERIES = {
    "churn-scoring": {
        "scores": f"""{_NAMED}, risk, expected_value, value_at_risk, probability, no_score, band, kind, horizon_days,
            model_name, model_version FROM score JOIN customer_external_id USING (customer_id)"""
    },
    "segmentation": {
        "segments": f"""{_NAMED}, tier, service_tier, rfm_recency, rfm_frequency, rfm_monetary, frequency, monetary,
            ARRAY(SELECT key FROM membership JOIN segment USING (segment_id)
                  WHERE customer_id = standing.customer_id ORDER BY key) AS segments
            FROM standing JOIN customer_external_id USING (customer_id)"""
    },
    "campaigns": {
        "decisions": f"""{_NAMED}, offer_key, offer_version, decision.channel, decision.mute, reason, band, priority,
            probability, held_out, ranked, ruled_out
            FROM next_best_action JOIN decision USING (decision_id)
            JOIN customer_external_id ON customer_external_id.customer_id = decision.customer_id"""
    },
}
"""Not compared: ids, times of making, causes, versions of the policy: they tell of the way and not of the result."""
OWN_NAMES = frozenset({"offer_id"})
AS_JSON = frozenset({"ranked", "ruled_out"})


async def read_outcome(urls: Mapping[str, str]) -> Outcome:
    """Return what the services have found; `urls` are the databases' by service."""
    found = await asyncio.gather(*(read(urls[service], queries) for service, queries in QUERIES.items()))
    return {name: {row["customer"]: _plain(row) for row in rows} for tables in found for name, rows in tables.items()}


def differences(expected: Outcome, found: Outcome) -> Iterator[str]:
    """Yield what is not the same, in words: which part of which customer."""
    for name in expected:
        for customer in sorted(expected[name].keys() | found[name].keys()):
            here, there = expected[name].get(customer), found[name].get(customer)
            yield from (f"{name} of {customer}{place}" for place in _differing(here, there))


def _differing(here: Any, there: Any) -> Iterator[str]:
    if isinstance(here, Mapping) and isinstance(there, Mapping) and here.keys() == there.keys():
        for name in here:
            yield from (f" {name}{place}" for place in _differing(here[name], there[name]))
    elif isinstance(here, list) and isinstance(there, list) and len(here) == len(there):
        for number, pair in enumerate(zip(here, there, strict=True)):
            yield from (f"[{number}]{place}" for place in _differing(*pair))
    elif not _same(here, there):
        yield f": {there}, undisturbed {here}"


def _same(here: Any, there: Any) -> bool:
    if isinstance(here, float | Decimal) and isinstance(there, float | Decimal):
        return isclose(here, there, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(here == there)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: orjson.loads(value) if name in AS_JSON else value for name, value in row.items()}
    return {name: _nameless(value) for name, value in values.items() if name != "customer"}


def _nameless(value: Any) -> Any:
    """Return a value without the ids that a stack gave."""
    if isinstance(value, Mapping):
        return {name: _nameless(part) for name, part in value.items() if name not in OWN_NAMES}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_nameless(part) for part in value]
    return value
