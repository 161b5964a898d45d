"""What customers allow: the newest word counts, whatever the order of arrival, and nothing is overwritten."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lealtad.events.catalog.customer_profile import CustomerConsentChanged
from lealtad.testing.driving import emitted

CONSENTS = "customers/web-shop:17850/consents"


def said(granted, at="2011-02-01T00:00:00Z", **more):
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
    answer = await shop.post(CONSENTS, said(granted=True, expires_at="2011-06-01T00:00:00Z"))
    assert (answer.status_code, answer.json()["in_force"]) == (201, True)
    (event,) = [event for event in await emitted(database) if isinstance(event.data, CustomerConsentChanged)]
    assert str(event.id) == answer.json()["event_id"]
    assert event.data.changed == ["consents"]
    assert [(one.purpose, one.channel, one.granted) for one in event.data.consents] == [("marketing", "email", True)]


async def test_what_is_said_when_registering_is_announced_with_the_customer_and_joins_the_history(shop, database):
    body = {"external_ids": [{"source": "web-shop", "external_id": "17850"}], "consents": [said(granted=True)]}
    answer = await shop.post("customers", body)
    assert answer.status_code == 201
    (event,) = await emitted(database)
    assert [(one.purpose, one.channel, one.granted) for one in event.data.consents] == [("marketing", "email", True)]
    assert await in_force(shop) == [(True, True)]
    again = await shop.post(CONSENTS, said(granted=True))
    assert again.status_code == 200


async def test_what_is_said_when_registering_completes_a_provisional_customer(shop, database):
    await shop.buys()
    body = {"external_ids": [{"source": "web-shop", "external_id": "17850"}], "consents": [said(granted=True)]}
    assert (await shop.post("customers", body)).status_code == 200
    assert (await emitted(database))[-1].data.consents[0].granted
    assert await in_force(shop) == [(True, True)]


async def test_a_consent_from_the_future_registers_nobody(shop, database):
    body = {"consents": [said(granted=True, at="2031-02-01T00:00:00Z")]}
    assert (await shop.post("customers", body)).status_code == 422
    assert await emitted(database) == []


async def test_an_older_word_joins_the_history_and_changes_nothing(shop, database):
    await shop.buys()
    await shop.post(CONSENTS, said(granted=False, at="2011-02-02T00:00:00Z"))
    late = await shop.post(CONSENTS, said(granted=True, at="2011-02-01T00:00:00Z"))
    assert (late.status_code, late.json()["in_force"], late.json()["event_id"]) == (201, False, None)
    assert await in_force(shop) == [(False, False)]
    history = (await shop.client.get(f"/v1/{CONSENTS}")).json()["items"]
    assert [(one["granted"], one["in_force"]) for one in history] == [(False, True), (True, False)]
    assert sum(isinstance(event.data, CustomerConsentChanged) for event in await emitted(database)) == 1


async def test_the_same_word_again_is_kept_once(shop):
    await shop.buys()
    first = await shop.post(CONSENTS, said(granted=True))
    again = await shop.post(CONSENTS, said(granted=True))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


async def test_a_consent_that_expired_allows_nothing(shop, clock):
    await shop.buys()
    await shop.post(CONSENTS, said(granted=True, expires_at="2011-03-10T00:00:00Z"))
    assert await in_force(shop) == [(True, True)]
    clock.advance(days=9)
    assert await in_force(shop) == [(True, False)]


async def test_nobody_consents_in_the_future_or_expires_before(shop):
    await shop.buys()
    assert (await shop.post(CONSENTS, said(granted=True, at="2011-03-02T00:00:00Z"))).status_code == 422
    assert (await shop.post(CONSENTS, said(granted=True, expires_at="2011-01-01T00:00:00Z"))).status_code == 422
    assert (await shop.post("customers/web-shop:nobody/consents", said(granted=True))).status_code == 404


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=1, max_size=5), data=st.data())
async def test_the_end_state_does_not_depend_on_the_order_of_arrival(shop, words, data):
    ends = []
    for order in (words, data.draw(st.permutations(words))):
        customer = f"web-shop:{next(shop.numbers)}x"
        await shop.buys(customer=customer)
        for day, granted in order:
            await shop.post(f"customers/{customer}/consents", said(granted, at=f"2011-02-0{day}T00:00:00Z"))
        consents = (await shop.view(customer, include="consents"))["consents"]
        ends.append([(one["granted"], one["given_at"]) for one in consents])
    assert ends[0] == ends[1]


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
