"""Whatever intake policy is accepted, facts and customers come in."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_profile.facts.kinds import contract, payment, purchase, purchase_return, touchpoint
from customer_profile.policy.schemas import IntakePolicy
from customer_profile.service import SERVICE
from lealtad.testing.documents import WORDS, documents
from lealtad.testing.driving import run_due
from lealtad.testing.fuzzing import Caller, failures, some_documents

PATH = "intake-policy"
IDS = ("17850", "12345678Z", "ana@example.com", "+573001234567", "3001234567", *(word for word in WORDS if word))
STORY = (
    ("purchases", purchase.EXAMPLE),
    ("returns", purchase_return.EXAMPLE),
    ("payments", payment.EXAMPLE),
    ("payments", payment.FAILED_EXAMPLE),
    ("touchpoints", touchpoint.EXAMPLE),
    ("contracts", contract.START_EXAMPLE),
)
LISTS = ("customers", "purchases", "returns", "payments", "touchpoints", "contracts", PATH, f"{PATH}/versions/1")
numbers = count(1)


async def use(call, database):
    """Send every kind of fact alone and in batches, in both lanes, from customers under all kinds of ids."""
    round_number = next(numbers)
    registered = [
        await call(
            "POST", "customers", json={"external_ids": [{"source": "web-shop", "external_id": f"{round_number}-{id_}"}]}
        )
        for id_ in IDS
    ]
    for path, fact in STORY:
        await call("POST", path, json=_fact_of_round(fact, round_number, f"known-{round_number}"))
    for mode in ("live", "backfill"):
        facts = [
            _fact_of_round(purchase.EXAMPLE, f"{round_number}-{mode}-{number}", id_) for number, id_ in enumerate(IDS)
        ]
        await call("POST", "batches", json={"mode": mode, "facts": facts})
    people = [{"external_ids": [{"source": "shop", "external_id": id_}], "phones": ["300 123 4567"]} for id_ in IDS]
    await call("POST", "customer-batches", json={"customers": people})
    for customer in [answer["id"] for answer in registered if answer][:1]:
        consent = {"purpose": "profiling", "channel": None, "granted": bool(round_number % 2), "source": "web-form"}
        await call("POST", f"customers/{customer}/consents", json=consent)
        await call("PATCH", f"customers/{customer}", json={"region": "Antioquia"})
        await call("GET", f"customers/{customer}")
    await run_due(SERVICE, database, now=database.clock.now() + timedelta(seconds=1))
    for path in LISTS:
        await call("GET", path)


def _fact_of_round(fact, round_number, external_id):
    source = {**fact["source"], "fact_id": f"{fact['source']['fact_id']}-{round_number}"[:200]}
    source.pop("customer_external_id", None)
    others = {name: value for name, value in fact.items() if name not in ("customer", "purchase")}
    return {**others, "source": {**source, "customer_external_id": external_id}}


@pytest.mark.smoke
@some_documents
@given(data=st.data())
async def test_no_accepted_intake_policy_stops_the_intake(client, database, data):
    call = Caller(client)
    document = data.draw(documents(IntakePolicy, await call.shipped(PATH)))
    if await call.put(PATH, document):
        await use(call, database)
    assert await failures(database) == []


async def test_the_shipped_intake_policy_may_be_put_in_force(client, database):
    call = Caller(client)
    assert await call.put(PATH, await call.shipped(PATH))
    await use(call, database)
