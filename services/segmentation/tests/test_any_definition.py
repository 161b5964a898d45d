"""Whatever value policy or segment is accepted, customers are evaluated."""

from datetime import timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lealtad.ids import new_id
from lealtad.testing.documents import documents
from lealtad.testing.driving import deliver, run_due
from lealtad.testing.fuzzing import Caller, failures, some_documents
from segmentation.definitions.schemas import NewSegment, SegmentChanges
from segmentation.domain.value_policy import ValuePolicy
from segmentation.evaluation import trial
from segmentation.fields import RULE_EXAMPLE
from segmentation.service import SERVICE

from .builders import (
    case,
    contract,
    failed_payment,
    payment,
    purchase,
    registered,
    response,
    returned,
    score,
    touchpoint,
)

PATH = "value-policy"
SEGMENT = {"key": "lapsing", "name": "Lapsing", "description": "", "rule": RULE_EXAMPLE}
CUSTOMERS = [UUID(int=number) for number in range(1, 9)]
numbers = count(1)


async def use(call, database):
    """Deliver every kind of fact, run sweeps and boundaries, and read the results."""
    sequence, now = next(numbers), database.clock.now()
    ana, *others = CUSTOMERS
    events = [
        *(registered(one, sequence=sequence, birth_year=1980, country="ES", stratum=2) for one in CUSTOMERS),
        *(purchase(one, now - timedelta(days=place), mugs=Decimal(place)) for place, one in enumerate(others, start=1)),
        purchase(ana, now, mugs="99999999999.99"),
        returned(ana, now, mugs="5.00"),
        payment(ana, now),
        failed_payment(ana, now),
        touchpoint(ana, now, bad=True),
        contract(ana, new_id(), now - timedelta(days=9), now + timedelta(days=9)),
        case(ana, at=now),
        score(ana, "0.42", "medium", sequence=sequence),
        response(ana, now, accepted=True),
    ]
    await deliver(SERVICE, database, events)
    await run_due(SERVICE, database, now=now + timedelta(hours=25))
    for path in (f"customers/{ana}/segments", "segments", "value-boundaries", PATH, f"{PATH}/versions/1"):
        assert await call("GET", path)


@pytest.mark.smoke
@some_documents
@given(data=st.data())
async def test_no_accepted_value_policy_stops_the_evaluation(client, database, data):
    call = Caller(client)
    document = data.draw(documents(ValuePolicy, {**await call.shipped(PATH), "min_customers": 5}))
    if await call.put(PATH, document):
        await use(call, database)
    assert await failures(database) == []


@pytest.mark.smoke
@some_documents
@given(document=documents(NewSegment, SEGMENT))
async def test_no_accepted_segment_stops_the_evaluation(client, database, document):
    call = Caller(client)
    await call.put("segments/preview", {"rule": document.get("rule")}, method="POST")
    document = {**document, "key": f"segment-{next(numbers)}"}
    if await call.put("segments", document, method="POST"):
        await use(call, database)
        assert await call("GET", f"segments/{document['key']}/members")
        await call.put(f"segments/{document['key']}/archive", {}, method="POST", read=f"segments/{document['key']}")
    assert await failures(database) == []


async def test_the_shipped_value_policy_may_be_put_in_force(client, database):
    call = Caller(client)
    assert await call.put(PATH, await call.shipped(PATH))
    await use(call, database)


async def test_the_rules_of_shipped_segments_may_be_put_in_force_again(client):
    call = Caller(client)
    shipped = (await call("GET", "segments", params={"limit": 1000}))["items"]
    parts = [{name: one["active"][name] for name in ("name", "description", "rule")} for one in shipped]
    assert len([SegmentChanges.model_validate(part) for part in parts]) == len(shipped)
    assert await call.put(f"segments/{shipped[0]['key']}", parts[0], method="PATCH")


async def test_more_conditions_than_can_be_evaluated_together_are_refused(client, monkeypatch):
    call = Caller(client)
    assert await call.put("segments", {**SEGMENT, "key": "first"}, method="POST")
    monkeypatch.setattr(trial, "MAX_CONDITIONS", 31)

    answer = await client.post("/v1/segments", json={**SEGMENT, "key": "another"})

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "/rule")
    assert "33 conditions, of at most 31" in error["message"]
