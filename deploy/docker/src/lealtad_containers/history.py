"""Real invoices of the demo, sent as history."""

from http import HTTPStatus
from itertools import islice
from typing import Any

import httpx

from lealtad_containers.errors import ProofError
from lealtad_demo.facts import Fact, FactWriter
from lealtad_demo.invoices import trading_days

DAYS = 10
BATCH = 500


async def replay_history(client: httpx.AsyncClient) -> int:
    """Send the facts of the first days in batches; return how many were accepted."""
    writer = FactWriter()
    days = islice(trading_days(), DAYS)
    facts = [_of_an_unknown_customer(fact) for day in days for fact in writer.of(day)]
    accepted = 0
    for start in range(0, len(facts), BATCH):
        answer = await client.post("/customer-profile/v1/batches", json={"facts": facts[start : start + BATCH]})
        if not answer.is_success:
            raise ProofError(f"a batch was answered {answer.status_code}: {answer.text[:500]}")
        accepted += sum(item["status"] < HTTPStatus.MULTIPLE_CHOICES for item in answer.json()["items"])
    if accepted < len(facts):
        raise ProofError(f"{len(facts) - accepted} of {len(facts)} facts were refused")
    return accepted


def _of_an_unknown_customer(fact: Fact) -> dict[str, Any]:
    """Return the body of a fact that makes its customer known; the demo registers customers before."""
    body = {name: value for name, value in fact.body.items() if name != "customer"}
    return {**body, "source": {**body["source"], "customer_external_id": fact.customer}}
