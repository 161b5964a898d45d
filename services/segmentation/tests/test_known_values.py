"""A rule may name only values that exist; where the list is open, the answer warns about what nobody has."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from lealtad.events.catalog.churn_scoring import ScoringPolicyChanged
from lealtad.ids import new_id
from lealtad.testing.builders import an_event
from lealtad.testing.driving import deliver, emitted
from lealtad.unit_of_work import Database
from segmentation.service import SERVICE

from .builders import NOW, purchase, registered

POLICY = UUID(int=7)


def attribute(name: str, value: Any, operator: str = "=") -> dict[str, Any]:
    return {"kind": "attribute", "attribute": name, "operator": operator, "value": value}


def segment(rule: dict[str, Any]) -> dict[str, Any]:
    return {"key": "tried", "name": "Tried", "rule": rule}


def bought(line: str) -> dict[str, Any]:
    return {
        "kind": "activity",
        "metric": "purchases",
        "within_days": 30,
        "product_line": line,
        "operator": ">=",
        "value": 1,
    }


@pytest.fixture
async def buyer(database: Database) -> UUID:
    """Return a customer from Spain who bought mugs."""
    customer = new_id()
    await deliver(SERVICE, database, [registered(customer, country="ES"), purchase(customer, mugs="5.00")], now=NOW)
    return customer


@pytest.mark.parametrize(
    ("rule", "pointer", "nearest"),
    [
        (attribute("tier", "golden"), "/rule/value", "gold"),
        (attribute("tier", ["gold", "plat"], "not-in"), "/rule/value/1", "platinum"),
        (attribute("churn-band", "hgih"), "/rule/value", "high"),
        ({"kind": "not", "rule": attribute("churn-band", "Critical")}, "/rule/rule/value", "critical"),
        (attribute("country", "es"), "/rule/value", "ES"),
        (attribute("language", "EN"), "/rule/value", "en"),
    ],
)
async def test_a_value_outside_a_closed_list_is_refused_with_the_nearest_first(
    client: httpx.AsyncClient, rule: dict[str, Any], pointer: str, nearest: str
) -> None:
    created = await client.post("/v1/segments", json=segment(rule))
    previewed = await client.post("/v1/segments/preview", json={"rule": rule})
    changed = await client.patch("/v1/segments/loyal", json={"rule": rule}, headers={"If-Match": '"1"'})

    for answer in (created, previewed, changed):
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert error["pointer"] == pointer
        assert error["hint"].startswith(f"one of {nearest}")


async def test_the_values_of_an_open_list_that_nobody_has_are_warned_about(
    client: httpx.AsyncClient, buyer: UUID
) -> None:
    rule = {"kind": "and", "rules": [bought("mug"), attribute("country", ["ES", "FR"], "in")]}

    answers = [
        await client.post("/v1/segments", json=segment(rule)),
        await client.post("/v1/segments/preview", json={"rule": rule}),
        await client.patch("/v1/segments/loyal", json={"rule": rule}, headers={"If-Match": '"1"'}),
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 200]
    for answer in answers:
        assert answer.json()["warnings"] == [
            {
                "pointer": "/rule/rules/0/product_line",
                "message": "no customer has the product line 'mug' now",
                "known": ["mugs"],
            },
            {
                "pointer": "/rule/rules/1/value/1",
                "message": "no customer has the country 'FR' now",
                "known": ["ES"],
            },
        ]


async def test_a_rule_that_can_match_gives_no_warning(client: httpx.AsyncClient, buyer: UUID) -> None:
    rule = {"kind": "and", "rules": [bought("mugs"), attribute("country", "ES"), attribute("tier", "gold")]}

    created = await client.post("/v1/segments", json=segment(rule))

    assert created.json()["warnings"] == []


async def test_a_contradiction_is_warned_about(client: httpx.AsyncClient) -> None:
    rule = {"kind": "and", "rules": [attribute("age", 65, ">="), attribute("age", 18, "<")]}

    previewed = await client.post("/v1/segments/preview", json={"rule": rule})

    (warning,) = previewed.json()["warnings"]
    assert warning["pointer"] == "/rule/rules/1"
    assert warning["known"] == []


async def test_new_bands_and_tiers_may_be_named_as_soon_as_they_are_in_force(
    client: httpx.AsyncClient, database: Database
) -> None:
    announced = ScoringPolicyChanged(version=2, bands=["calm", "severe"], changed_at=NOW)
    await deliver(SERVICE, database, [an_event(announced, key=POLICY)], now=NOW)
    policy = (await client.get("/v1/value-policy")).json()
    wanted = {name: policy[name] for name in ("window_days", "min_customers", "hour", "tiers")}
    wanted["tiers"][0]["tier"] = "diamond"
    replaced = await client.put("/v1/value-policy", json=wanted, headers={"If-Match": '"1"'})

    rules = {name: attribute(*name) for name in (("churn-band", "severe"), ("tier", "diamond"))}
    old = {name: attribute(*name) for name in (("churn-band", "high"), ("tier", "platinum"))}
    taken = [(await client.post("/v1/segments/preview", json={"rule": rule})).status_code for rule in rules.values()]
    refused = [(await client.post("/v1/segments/preview", json={"rule": rule})).status_code for rule in old.values()]

    assert replaced.status_code == 200
    assert (taken, refused) == ([200, 200], [422, 422])
    (event,) = [each for each in await emitted(database) if each.type.endswith("value-policy-changed.v1")]
    assert event.data.tiers[0] == "diamond"
    assert event.data.service_tiers[0] == "premium"
