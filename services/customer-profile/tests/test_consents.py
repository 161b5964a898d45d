"""Consents of customers: the newest statement decides in any order of arrival, and nothing is overwritten."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_profile.consents.schemas import NewConsent
from lealtad.consents import Consent, allows
from lealtad.events.catalog.customer_profile import Channel, CustomerConsentChanged, Purpose
from lealtad.testing.driving import emitted

CONSENTS = "customers/web-shop:17850/consents"


def statement(granted, at="2011-02-01T00:00:00Z", **more):
    return {
        "purpose": "marketing",
        "channel": "email",
        "granted": granted,
        "given_at": at,
        "source": "web-form",
        **more,
    }


async def in_force(shop):
    return [(one["granted"], one["allows"]) for one in (await shop.view(include="consents"))["consents"]]


async def test_a_consent_is_recorded_announced_and_in_force(shop, database):
    await shop.buys()
    answer = await shop.post(CONSENTS, statement(granted=True, expires_at="2011-06-01T00:00:00Z"))
    assert (answer.status_code, answer.json()["in_force"]) == (201, True)
    (event,) = [event for event in await emitted(database) if isinstance(event.data, CustomerConsentChanged)]
    assert str(event.id) == answer.json()["event_id"]
    assert event.data.changed == ["consents"]
    assert [(one.purpose, one.channel, one.granted) for one in event.data.consents] == [("marketing", "email", True)]


async def test_a_consent_of_the_registration_is_announced_with_the_customer_and_joins_the_history(shop, database):
    body = {"external_ids": [{"source": "web-shop", "external_id": "17850"}], "consents": [statement(granted=True)]}
    answer = await shop.post("customers", body)
    assert answer.status_code == 201
    (event,) = await emitted(database)
    assert [(one.purpose, one.channel, one.granted) for one in event.data.consents] == [("marketing", "email", True)]
    assert await in_force(shop) == [(True, True)]
    again = await shop.post(CONSENTS, statement(granted=True))
    assert again.status_code == 200


async def test_a_consent_of_the_registration_holds_for_a_provisional_customer_that_it_completes(shop, database):
    await shop.buys()
    body = {"external_ids": [{"source": "web-shop", "external_id": "17850"}], "consents": [statement(granted=True)]}
    assert (await shop.post("customers", body)).status_code == 200
    assert (await emitted(database))[-1].data.consents[0].granted
    assert await in_force(shop) == [(True, True)]


async def test_a_consent_from_the_future_registers_nobody(shop, database):
    body = {"consents": [statement(granted=True, at="2031-02-01T00:00:00Z")]}
    assert (await shop.post("customers", body)).status_code == 422
    assert await emitted(database) == []


async def test_an_older_statement_joins_the_history_and_changes_nothing(shop, database):
    await shop.buys()
    await shop.post(CONSENTS, statement(granted=False, at="2011-02-02T00:00:00Z"))
    late = await shop.post(CONSENTS, statement(granted=True, at="2011-02-01T00:00:00Z"))
    assert (late.status_code, late.json()["in_force"], late.json()["event_id"]) == (201, False, None)
    assert await in_force(shop) == [(False, False)]
    history = (await shop.client.get(f"/v1/{CONSENTS}")).json()["items"]
    assert [(one["granted"], one["in_force"]) for one in history] == [(False, True), (True, False)]
    assert sum(isinstance(event.data, CustomerConsentChanged) for event in await emitted(database)) == 1


async def test_an_equal_statement_is_kept_once(shop):
    await shop.buys()
    first = await shop.post(CONSENTS, statement(granted=True))
    again = await shop.post(CONSENTS, statement(granted=True))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


async def test_a_consent_that_expired_allows_nothing(shop, clock):
    await shop.buys()
    await shop.post(CONSENTS, statement(granted=True, expires_at="2011-03-10T00:00:00Z"))
    assert await in_force(shop) == [(True, True)]
    clock.advance(days=9)
    assert await in_force(shop) == [(True, False)]


async def test_a_general_consent_lifts_no_refusal_of_a_channel_and_a_general_refusal_refuses_every_channel(shop):
    await shop.buys()
    await shop.post(CONSENTS, statement(granted=False, at="2011-02-01T00:00:00Z"))
    general = await shop.post(CONSENTS, statement(granted=True, at="2011-02-02T00:00:00Z", channel=None))
    assert general.json()["in_force"]
    assert await in_force(shop) == [(True, True), (False, False)]
    await shop.post(CONSENTS, statement(granted=True, at="2011-02-03T00:00:00Z"))
    assert await in_force(shop) == [(True, True), (True, True)]
    await shop.post(CONSENTS, statement(granted=False, at="2011-02-04T00:00:00Z", channel=None))
    assert await in_force(shop) == [(False, False), (True, False)]
    history = (await shop.client.get(f"/v1/{CONSENTS}")).json()["items"]
    assert [(one["granted"], one["channel"], one["in_force"]) for one in history] == [
        (False, None, True),
        (True, "email", False),
        (True, None, False),
        (False, "email", False),
    ]


async def test_a_refusal_does_not_expire(shop):
    await shop.buys()
    answer = await shop.post(CONSENTS, statement(granted=False, expires_at="2011-06-01T00:00:00Z"))
    assert answer.status_code == 422
    assert "a refusal holds until" in answer.json()["errors"][0]["message"]


async def test_nobody_consents_in_the_future_or_expires_before(shop):
    await shop.buys()
    assert (await shop.post(CONSENTS, statement(granted=True, at="2011-03-02T00:00:00Z"))).status_code == 422
    assert (await shop.post(CONSENTS, statement(granted=True, expires_at="2011-01-01T00:00:00Z"))).status_code == 422
    assert (await shop.post("customers/web-shop:nobody/consents", statement(granted=True))).status_code == 404


STATEMENTS = st.tuples(
    st.integers(1, 4), st.booleans(), st.sampled_from([None, "email"]), st.sampled_from([None, 5, 6])
)


def in_body(day, granted, channel, ends):
    expiry = {"expires_at": f"2011-04-0{ends}T00:00:00Z"} if granted and ends else {}
    return statement(granted, at=f"2011-02-0{day}T00:00:00Z", channel=channel, **expiry)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statements=st.lists(STATEMENTS, min_size=1, max_size=5), data=st.data())
async def test_what_is_stored_and_announced_answers_as_the_rule_in_any_order_of_arrival(
    shop, database, clock, statements, data
):
    bodies = [in_body(*statement) for statement in statements]
    history = [as_consent(NewConsent.model_validate(body)) for body in bodies]
    for order in (bodies, data.draw(st.permutations(bodies))):
        customer = f"web-shop:{next(shop.numbers)}x"
        await shop.buys(customer=customer)
        for body in order:
            await shop.post(f"customers/{customer}/consents", body)
        view = await shop.view(customer, include="consents")
        assert {one["channel"]: one["allows"] for one in view["consents"]} == {
            channel: allows(history, Purpose.MARKETING, channel, clock.now())
            for channel in {one.channel for one in history}
        }
        announced = [event.data for event in await emitted(database) if str(event.key) == view["id"]]
        announced_consents = [event for event in announced if isinstance(event, CustomerConsentChanged)][-1].consents
        for channel in (None, Channel.EMAIL, Channel.SMS):
            expected = allows(history, Purpose.MARKETING, channel, clock.now())
            assert allows(map(as_consent, announced_consents), Purpose.MARKETING, channel, clock.now()) is expected


def as_consent(stated):
    return Consent(stated.purpose, stated.channel, stated.granted, stated.given_at, stated.expires_at)


async def test_do_not_contact_is_set_with_its_reason_and_lifted(shop, client, database):
    await shop.buys()
    url = "/v1/customers/web-shop:17850/do-not-contact"
    stopped = await client.put(url, json={"reason": "customer-request"})
    assert stopped.json()["do_not_contact"] == {"reason": "customer-request", "since": "2011-03-01T09:00:00Z"}
    assert (await client.put(url, json={"reason": "customer-request"})).json()["event_id"] is None
    assert (await client.delete(url)).json()["do_not_contact"] is None
    changes = [event.data for event in await emitted(database) if isinstance(event.data, CustomerConsentChanged)]
    assert [(state.do_not_contact, state.changed) for state in changes] == [
        (True, ["do_not_contact"]),
        (False, ["do_not_contact"]),
    ]
