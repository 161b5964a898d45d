"""A customer who refuses profiling gets decisions without score, tier and learned propensities, and teaches nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from campaigns.service import SERVICE
from lealtad.testing.driving import deliver, run_due

from .builders import START, registered, scored, segmented

ANSWERED = text("SELECT coalesce(sum(accepted + rejected), 0) FROM propensity")


def refusing(name="ana", sequence=2, **changes):
    return registered(name, sequence=sequence, profiling_allowed=False, **changes)


async def read(client, name="ana"):
    return (await client.get(f"/v1/customers/shop:{name}/next-best-action")).json()


async def answer(client, decision, response):
    path = f"/v1/decisions/{decision['decision_id']}/responses"
    answered = await client.post(path, json={"response": response})
    assert answered.status_code == 201, answered.text


async def count_learned_responses(database):
    async with database.read() as uow:
        return await uow.connection.scalar(ANSWERED)


@pytest.fixture
async def decision(database, client):
    """The next-best action of a loyal customer with score and tier, after another customer accepted the same offer."""
    await deliver(SERVICE, database, [registered("eva"), segmented("eva", "loyal"), scored("eva", band="high")])
    offered = await read(client, "eva")
    await answer(client, offered, "presented")
    await answer(client, offered, "accepted")
    memberships = segmented("ana", "loyal", "contract-customers", tier="gold", behavioural=["loyal"])
    own = [registered(), memberships, scored(band="high", at_risk="900")]
    await deliver(SERVICE, database, own)
    return await read(client)


def beliefs(decision):
    return {(a["offer"]["key"], a["channel"]): a["belief"] for a in decision["ranked"]}


def situations(decision):
    return {name for action in decision["ranked"] for name in action["situations"]}


async def test_a_refusal_of_profiling_is_obeyed_at_once_although_score_and_segments_were_not_withdrawn_yet(
    database, client, decision
):
    assert decision["inputs"]["score"]["band"] == "high"
    assert "high-value" in situations(decision)
    await deliver(SERVICE, database, [refusing()])

    after = await read(client)

    assert (after["inputs"]["profiling_allowed"], after["inputs"]["score"]) == (False, None)
    assert after["inputs"]["segments"]["versions"] == {"contract-customers": 1}
    assert after["inputs"]["segments"]["tier"] is None
    assert not situations(after) & {"high-value", "at-risk", "loyal"}


async def refuse(database):
    """Refuse profiling; the customer stays in a segment whose rule does not read behaviour."""
    await deliver(SERVICE, database, [segmented("ana", "loyal", sequence=2), refusing()])


async def test_propensities_are_the_prior_alone(database, client, decision):
    """Other customers without a score have taught their cell."""
    await deliver(SERVICE, database, [registered("leo"), segmented("leo", "loyal")])
    offered = await read(client, "leo")
    await answer(client, offered, "presented")
    await answer(client, offered, "accepted")
    await deliver(SERVICE, database, [registered("zoe"), segmented("zoe", "loyal")])
    await refuse(database)

    refused, never_scored = beliefs(await read(client)), beliefs(await read(client, "zoe"))

    learned = (offered["action"]["offer"]["key"], offered["action"]["channel"])
    assert never_scored[learned]["alpha"] == refused[learned]["alpha"] + 1
    assert never_scored[learned]["beta"] == refused[learned]["beta"]


@pytest.mark.parametrize("final", ["accepted", "rejected"])
async def test_nothing_is_learned_from_the_answers(database, client, decision, final):
    await refuse(database)
    before, offered = await count_learned_responses(database), await read(client)
    await answer(client, offered, "presented")
    await answer(client, offered, final)
    assert await count_learned_responses(database) == before


async def test_nothing_is_learned_from_silence(database, client, decision):
    await answer(client, decision, "presented")
    before = await count_learned_responses(database)
    await deliver(SERVICE, database, [refusing()])
    await run_due(SERVICE, database, now=START + timedelta(days=31))
    assert await count_learned_responses(database) == before


async def test_consent_to_marketing_stays(database, client, decision):
    await refuse(database)
    assert (await read(client))["action"]["contact_class"] == "promotional"


async def test_when_profiling_is_allowed_again_everything_counts_again(database, client, decision):
    await deliver(SERVICE, database, [refusing()])
    await deliver(SERVICE, database, [registered(sequence=3)])
    again = await read(client)
    assert again["inputs"]["score"]["band"] == "high"
    assert again["inputs"]["segments"]["tier"] == "gold"
    assert beliefs(again) == beliefs(decision)
