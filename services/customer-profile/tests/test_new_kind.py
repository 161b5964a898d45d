"""A new kind of fact is one descriptor: this file adds gifts, and the whole service works with them."""

from typing import Annotated, Literal

import pytest
from pydantic import Field

from customer_profile.facts.kinds.descriptor import FactContext, FactKind, FactList, ViewPart
from customer_profile.facts.kinds.registry import KINDS, FactKinds
from customer_profile.facts.kinds.totals import amount, count, first, last
from customer_profile.facts.schemas import FactFilters, FactRequest, RecordedFact, documented
from customer_profile.service import make_service
from lealtad.events.catalog.customer_profile import Fact
from lealtad.events.catalog.shared_types import Slug
from lealtad.events.model import CATALOG
from lealtad.events.topics import ACTIVITY
from lealtad.http import SlugText
from lealtad.money import Money
from lealtad.testing.driving import client_for, emitted, restore, statements

from .conftest import Shop


class GiftGiven(Fact, topic=ACTIVITY, event="gift-given"):
    """The customer received a gift."""

    occasion: Slug
    worth: Money


class NewGift(FactRequest):
    """A gift to the customer."""

    model_config = documented({"type": "gift", "occasion": "birthday"})

    type: Literal["gift"] = "gift"
    occasion: SlugText
    worth: Money


class Gift(RecordedFact, GiftGiven):
    """A recorded gift."""


class GiftFilters(FactFilters):
    """Conditions on listed gifts."""

    occasion: Annotated[Slug | None, Field(description="Only of this occasion")] = None


def decide_gift(fact: NewGift, context: FactContext) -> GiftGiven:
    return GiftGiven(**context.shared, occasion=fact.occasion, worth=fact.worth)


GIFT = FactKind(
    name="gift",
    plural="gifts",
    description="""Record a gift.

    It has an occasion and a worth.
    """,
    request=NewGift,
    resource=Gift,
    events=(GiftGiven,),
    decide=decide_gift,
    listed=FactList(filters=GiftFilters, single="Read a gift.", of_customer=True),
    part=ViewPart(),
    totals=(
        count("gifts", GiftGiven),
        amount("gifted", GiftGiven, lambda gift: gift.worth.amount),
        first("first_gift_at", GiftGiven),
        last("last_gift_at", GiftGiven),
    ),
)
SERVICE = make_service(FactKinds([*KINDS, GIFT]))
del CATALOG[GiftGiven.type]  # The catalogue of other tests has no gifts.


@pytest.fixture(autouse=True)
def catalogued(monkeypatch):
    monkeypatch.setitem(CATALOG, GiftGiven.type, GiftGiven)


@pytest.fixture
async def database(database_for):
    return await database_for(SERVICE)


@pytest.fixture
async def client(database):
    async with client_for(SERVICE, database) as client:
        yield client


def gift(shop, fact_id=None, occasion="birthday", worth="5.00", **content):
    return shop.fact(fact_id, occasion=occasion, worth={"amount": worth, "currency": "EUR"}, **content)


async def listed(shop, path, **filters):
    page = (await shop.client.get(f"/v1/{path}", params=filters)).json()
    return [item["source"]["fact_id"] for item in page["items"]]


async def test_it_is_recorded_alone_and_in_a_batch_and_becomes_an_event(shop, database):
    alone = await shop.post("gifts", gift(shop, "G1"))
    again = await shop.post("gifts", gift(shop, "G1"))
    batch = await shop.post("batches", {"facts": [{"type": "gift", **gift(shop, "G2")}, {"type": "gift"}]})

    assert (alone.status_code, again.status_code) == (201, 200)
    assert (alone.json()["occasion"], alone.json()["worth"]) == ("birthday", {"amount": "5.00", "currency": "EUR"})
    assert [item["status"] for item in batch.json()["items"]] == [201, 422]
    events = [event for event in await emitted(database) if isinstance(event.data, GiftGiven)]
    assert [(event.topic, event.data.source.fact_id) for event in events] == [("activity", "G1"), ("activity", "G2")]
    assert str(events[0].id) == alone.json()["id"]


async def test_its_amounts_are_checked_as_those_of_all_kinds(shop):
    answer = await shop.post("gifts", gift(shop, worth="5.001"))

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/worth/amount")


async def test_it_is_listed_with_its_own_filter(shop):
    for fact_id, occasion, customer in (("G1", "birthday", "1"), ("G2", "wedding", "1"), ("G3", "birthday", "2")):
        await shop.post("gifts", gift(shop, fact_id, occasion, customer=f"web-shop:{customer}"))

    assert await listed(shop, "gifts") == ["G3", "G2", "G1"]
    assert await listed(shop, "gifts", occasion="birthday") == ["G3", "G1"]
    assert await listed(shop, "gifts", occasion="birthday", customer="web-shop:1") == ["G1"]
    assert set(await listed(shop, "customers/web-shop:1/gifts")) == {"G1", "G2"}
    assert (await shop.client.get("/v1/gifts/web-shop:G2")).json()["occasion"] == "wedding"


async def test_it_is_a_part_of_the_view_and_of_the_totals(shop):
    for day, worth in (("2011-02-20", "5.00"), ("2011-02-10", "7.50"), ("2011-02-25", "0.25")):
        await shop.post("gifts", gift(shop, worth=worth, occurred_at=f"{day}T08:00:00+01:00"))
    await shop.buys()

    view = await shop.view()
    assert [item["worth"]["amount"] for item in view["gifts"]["items"]] == ["0.25", "5.00", "7.50"]
    totals = view["totals"]
    assert (totals["gifts"], totals["gifted"], totals["purchases"]) == (3, {"amount": "12.75", "currency": "EUR"}, 1)
    assert (totals["first_gift_at"], totals["last_gift_at"]) == ("2011-02-10T07:00:00Z", "2011-02-25T07:00:00Z")
    assert (await shop.view(include="gifts")).keys() >= {"gifts"}
    assert (await shop.view("web-shop:17850", include="totals")).keys().isdisjoint({"gifts"})


async def test_it_is_restored_from_its_event(shop, database, database_for):
    await shop.post("batches", {"facts": [{"type": "gift", **gift(shop)} for _ in range(3)]})
    backup = await database_for(SERVICE)

    lost = await restore(SERVICE, backup, await emitted(database))

    assert lost == set()
    async with client_for(SERVICE, backup) as client:
        restored = await Shop(client).view()
    before = await shop.view()
    assert (restored["gifts"], restored["totals"]) == (before["gifts"], before["totals"])


async def test_it_is_documented_by_types_of_its_own(client):
    document = (await client.get("/openapi.json")).json()

    body = document["paths"]["/v1/gifts"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/NewGift"}
    names = {parameter["name"] for parameter in document["paths"]["/v1/gifts"]["get"]["parameters"]}
    assert names >= {"customer", "since", "until", "occasion", "limit", "cursor"}
    schemas = document["components"]["schemas"]
    assert "#/components/schemas/NewGift" in str(schemas["NewBatch"]["properties"]["facts"])
    assert {"gifts", "gifted", "purchases", "net"} <= schemas["Totals"]["properties"].keys()
    assert "gifts" in schemas["CustomerView"]["properties"]


async def test_a_group_of_it_costs_as_many_statements_as_one(shop, database):
    async def cost(size: int) -> int:
        facts = [{"type": "gift", **gift(shop)} for _ in range(size)]
        with statements(database) as seen:
            assert (await shop.post("batches", {"facts": facts})).json()["recorded"] == size
        return len(seen)

    await cost(1)  # Creates the customer.
    assert await cost(1) == await cost(100) == 6


def test_two_kinds_with_one_name_are_refused():
    with pytest.raises(ValueError, match="same name"):
        FactKinds([*KINDS, GIFT, GIFT])
