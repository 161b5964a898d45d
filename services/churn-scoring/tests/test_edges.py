"""Extreme values that an earlier intake accepted can be scored."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from churn_scoring.service import SERVICE
from lealtad.events.catalog.customer_profile import ContractStarted
from lealtad.ids import new_id
from lealtad.testing.builders import an_event
from lealtad.testing.driving import deliver, run_due
from lealtad.unit_of_work import Database

from .builders import a_contract, a_customer, a_purchase, a_return, at

FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


async def test_a_contract_of_placeholder_times_is_scored_like_one_without_end(
    database: Database, client: httpx.AsyncClient
) -> None:
    probabilities = set()
    for starts_at, ends_at in ((at(-90), None), (at(-90), LAST), (FIRST, LAST - timedelta(days=1))):
        customer = new_id()
        plain = a_contract(customer, -90, new_id()).data.model_dump()
        started = ContractStarted.model_validate({**plain, "starts_at": starts_at, "ends_at": ends_at})
        await deliver(SERVICE, database, [a_customer(customer), an_event(started, key=customer)])
        answer = await client.get(f"/v1/customers/{customer}/churn-score")
        assert answer.status_code == 200, answer.text
        probabilities.add(answer.json()["no_score_reason"] or answer.json()["kind"])
    await run_due(SERVICE, database, now=at(40))

    assert len(probabilities) == 1
    assert (await client.get("/v1/churn-scores", params={"order": "risk"})).status_code == 200


@pytest.mark.parametrize("amounts", [["99999999999999"], ["50", "99999999999948.99"], ["99999999999999"] * 3])
async def test_a_customer_who_spent_the_largest_amounts_is_scored(
    database: Database, client: httpx.AsyncClient, amounts: list[str]
) -> None:
    customer = new_id()
    facts = [a_purchase(customer, amount=amount) for amount in amounts]
    if len(amounts) > 2:
        facts += [a_return(customer, amount=amount) for amount in amounts[1:]]
    await deliver(SERVICE, database, [a_customer(customer), *facts])
    await run_due(SERVICE, database, now=at(40))

    answer = await client.get(f"/v1/customers/{customer}/churn-score")
    assert answer.status_code == 200, answer.text
    assert answer.json()["expected_value"]["amount"] > "50000000000000"
    assert (await client.get("/v1/churn-scores", params={"order": "risk"})).status_code == 200
