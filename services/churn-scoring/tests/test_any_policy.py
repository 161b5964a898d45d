"""Every accepted scoring policy lets customers be scored."""

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_scoring.policy.schemas import NewScoringPolicy
from churn_scoring.service import SERVICE
from lealtad.ids import new_id
from lealtad.testing.documents import documents
from lealtad.testing.driving import deliver, run_due
from lealtad.testing.fuzzing import Caller, failures, some_documents
from lealtad.unit_of_work import Database

from .builders import (
    a_cancellation,
    a_case,
    a_contract,
    a_customer,
    a_failed_payment,
    a_payment,
    a_purchase,
    a_response,
    a_return,
    a_touchpoint,
)

PATH = "scoring-policy"
CUSTOMERS = [UUID(int=number) for number in range(1, 6)]
numbers = count(1)


async def use(call: Caller, database: Database) -> None:
    """Deliver every kind of fact for customers of every basis, advance time, and read their scores."""
    loyal, once, contracted, ending, withdrawn = CUSTOMERS
    number = next(numbers)
    events = [
        *(a_customer(one, external_id=str(one), sequence=number) for one in CUSTOMERS),
        *(a_purchase(loyal, day) for day in (-400, -90, -30)),
        a_purchase(once, -1, "99999999999.99"),
        a_return(loyal, -10),
        a_payment(loyal, -9),
        a_failed_payment(loyal, -8),
        a_touchpoint(loyal, -7, "negative"),
        a_response(loyal, -6),
        a_response(once, -6, accepted=False),
        a_case(loyal, -5, case=new_id()),
        a_contract(contracted, -100, new_id()),
        a_contract(ending, -100, new_id(), ends=3),
        a_cancellation(withdrawn, -10, new_id(), ends=-2),
    ]
    await deliver(SERVICE, database, events)
    await run_due(SERVICE, database, now=database.clock.now() + timedelta(days=number % 20))
    for customer in CUSTOMERS:
        score = await call("GET", f"customers/{customer}/churn-score")
        assert Decimal(0) <= Decimal(score["probability"]) <= Decimal(1)
    for order in ("risk", "value_at_risk"):
        assert await call("GET", "churn-scores", params={"order": order})
    for path in ("models", "models/1", PATH, f"{PATH}/versions/1"):
        assert await call("GET", path)


@pytest.mark.smoke
@some_documents
@given(data=st.data())
async def test_no_accepted_scoring_policy_stops_the_scores(
    client: httpx.AsyncClient, database: Database, data: st.DataObject
) -> None:
    call = Caller(client)
    document = data.draw(documents(NewScoringPolicy, await call.shipped(PATH)))
    if await call.put(PATH, document):
        await use(call, database)
    assert await failures(database) == []


async def test_the_shipped_scoring_policy_may_be_put_in_force(client: httpx.AsyncClient, database: Database) -> None:
    call = Caller(client)
    assert await call.put(PATH, await call.shipped(PATH))
    await use(call, database)


@pytest.mark.parametrize(
    ("changes", "pointer", "message"),
    [
        ({"grid": "0.00125"}, "/grid", "too many decimals"),
        ({"bands": [{"name": "low", "from_probability": "0.1"}]}, "/bands", "must begin at 0"),
        ({"evidence": [{"feature": "mood", "log_odds": 1, "cap": 1}]}, "/evidence/0/feature", "no evidence feature"),
    ],
)
async def test_a_scoring_policy_that_cannot_be_obeyed_is_pointed_at(
    client: httpx.AsyncClient, changes: dict[str, Any], pointer: str, message: str
) -> None:
    document = {**await Caller(client).shipped(PATH), **changes}

    answer = await client.put(f"/v1/{PATH}", json=document, headers={"If-Match": '"1"'})

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["pointer"]) == (422, pointer)
    assert message in error["message"]
