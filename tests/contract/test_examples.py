"""Every model of the five APIs has an example that fits it, and the service accepts every request as documented."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from campaigns.service import SERVICE as CAMPAIGNS
from churn_scoring.service import SERVICE as CHURN_SCORING
from complaints.service import SERVICE as COMPLAINTS
from customer_profile.service import SERVICE as CUSTOMER_PROFILE
from lealtad.app import Service
from lealtad.http.examples import SCHEMAS, with_times_of
from lealtad.testing.driving import client_for, deliver, emitted, run_due
from lealtad.unit_of_work import Database
from segmentation.service import SERVICE as SEGMENTATION

from .services import SERVICES, document_of

NEEDS_A_FAILURE = {"discard_dead_letter"}
"""Requests about a record that no service could handle."""
COMPLAINT = {"kind": "complaint", "channel": "web", "description": "Late."}
STEPS_BEFORE = {
    "wait": ("start",),
    "resume": ("start", "wait"),
    "close": ("start", "resolve"),
    "reopen": ("start", "resolve"),
}
"""The steps of a case that must come before another."""


def bodies_of(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], Any]]:
    """Yield method, path, operation and body of each documented request example."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for body in examples_of(content, document):
                    yield method, path, operation, body


def examples_of(content: dict[str, Any], document: dict[str, Any]) -> list[Any]:
    schema = content.get("schema", {})
    declared = [example["value"] for example in content.get("examples", {}).values()] or schema.get("examples")
    if declared or "$ref" not in schema:
        return declared or []
    return document["components"]["schemas"][schema["$ref"].removeprefix(SCHEMAS)].get("examples", [])


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_body_and_every_answer_has_examples_that_fit_its_model(service: Service):
    document = document_of(service)
    for path, item in document["paths"].items():
        for operation in item.values():
            contents = [*operation.get("requestBody", {}).get("content", {}).items()]
            for status, answer in operation["responses"].items():
                contents += answer.get("content", {}).items() if status.startswith("2") else ()
            for media, content in contents:
                examples = examples_of(content, document)
                assert examples or media == "text/plain", (path, operation["operationId"], media)
                schema = {**content.get("schema", {}), "components": document["components"]}
                for example in examples:
                    jsonschema.Draft202012Validator(schema).validate(example)


def test_times_of_examples_lie_around_the_day_of_the_document():
    document: dict[str, Any] = {
        "examples": [{"at": "2011-03-01T09:30:00+01:00", "on": "2011-03-01"}],
        "description": "a text",
    }

    moved = with_times_of(document, datetime(2026, 12, 1, tzinfo=UTC).date())

    assert moved["examples"] == [{"at": "2026-11-30T09:30:00+01:00", "on": "2011-03-01"}]
    assert document["examples"][0]["at"].startswith("2011")


class Reader:
    """A reader of one API's documentation, who tries every request on a stack of today."""

    def __init__(self, service: Service, database: Database, client: Any) -> None:
        self.service, self.database, self.client = service, database, client
        self.values = {
            "ref": "web-shop:17850",
            "contract": "billing:K-2011-1",
            "segment": "lapsing-buyers",
            "code": "damaged",
            "reference": "spring-preview",
        }

    async def send(self, method: str, path: str, body: Any) -> tuple[int, str]:
        """Send a request; what exists is changed once it is ready, with the tag of its version."""
        address = path.format_map(self.values)
        tag = None
        if method in ("put", "patch"):
            await run_due(self.service, self.database)
            tag = (await self.client.get(address)).headers.get("etag")
        media = "application/merge-patch+json" if path == "/v1/customers/{ref}" else "application/json"
        headers = {"content-type": media} | ({"if-match": tag} if tag else {})
        if "decision_id" in self.values and isinstance(body, dict) and "decision_id" in body:
            body = body | {"decision_id": self.values["decision_id"]}
        answer = await self.client.request(method, address, json=body, headers=headers)
        return answer.status_code, answer.text

    async def try_everything(self) -> list[str]:
        """Return what the service refused of its own documented requests."""
        document = (await self.client.get("/openapi.json")).json()
        requests = [item for item in bodies_of(document) if item[2]["operationId"] not in NEEDS_A_FAILURE]
        assert requests
        refused = []
        for method, path, operation, body in sorted(requests, key=_order):
            if path.startswith("/v1/cases/"):
                await self.open_case_for(path)
            status, text = await self.send(method, path, body)
            if status >= 300:
                refused.append(f"{operation['operationId']} {status} {text[:400]}")
        return refused

    async def open_case_for(self, path: str) -> None:
        """Open a case of its own, which has taken the steps that the step of `path` needs."""
        case = await self.client.post("/v1/cases", json=COMPLAINT)
        self.values["case_id"] = case.json()["id"]
        for step in STEPS_BEFORE.get(path.rpartition("/")[2], ()):
            await self.client.post(f"/v1/cases/{self.values['case_id']}/{step}")


def _order(item: tuple[str, str, dict[str, Any], Any]) -> tuple[int, int, int]:
    """Return the place of a request: creations before changes, purchases before returns, releases before responses."""
    method, path, _, _ = item
    follows = path.endswith(("returns", "payments")) + 2 * path.endswith("responses")
    return (method != "post", path.count("{") + follows, path.endswith("batches"))


@pytest.fixture
def today(clock) -> datetime:
    clock.set(datetime.now(UTC))
    return clock.now()


@pytest.fixture
async def customers(database_for, today) -> list[Any]:
    """Return the events about the customer whom the examples name."""
    database = await database_for(CUSTOMER_PROFILE)
    external_ids = [{"source": source, "external_id": "17850"} for source in ("shop", "web-shop")]
    async with client_for(CUSTOMER_PROFILE, database) as profile:
        await profile.post("/v1/customers", json={"external_ids": external_ids, "given_name": "Lucía"})
    return await emitted(database)


@pytest.mark.parametrize("service", [CUSTOMER_PROFILE, SEGMENTATION, CHURN_SCORING], ids=lambda service: service.name)
async def test_a_service_of_today_accepts_every_request_of_its_documentation(service, database_for, today):
    database = await database_for(service)
    async with client_for(service, database) as client:
        assert await Reader(service, database, client).try_everything() == []


async def test_complaints_of_today_accepts_every_request_of_its_documentation(database_for, customers):
    database = await database_for(COMPLAINTS)
    await deliver(COMPLAINTS, database, customers)
    async with client_for(COMPLAINTS, database) as client:
        assert await Reader(COMPLAINTS, database, client).try_everything() == []


async def test_campaigns_of_today_accepts_every_request_of_its_documentation(database_for, customers):
    desk, database = await database_for(COMPLAINTS), await database_for(CAMPAIGNS)
    await deliver(COMPLAINTS, desk, customers)
    async with client_for(COMPLAINTS, desk) as complaints:
        await complaints.post("/v1/cases", json=COMPLAINT | {"customer": "shop:17850"})
    await deliver(CAMPAIGNS, database, [*customers, *await emitted(desk)])
    async with client_for(CAMPAIGNS, database) as client:
        await decide_without_chance(client)
        asked = {"customer": "shop:17850", "channel": "call-centre", "initiated_by": "customer"}
        decision = (await client.post("/v1/decisions", json=asked)).json()
        contact = (await client.post("/v1/contacts", json={"decision_id": decision["decision_id"]})).json()
        reader = Reader(CAMPAIGNS, database, client)
        reader.values |= {"decision_id": decision["decision_id"], "contact_id": contact["contact_id"]}
        assert await reader.try_everything() == []


async def decide_without_chance(client: Any) -> None:
    """Change the contact policy so that no customer is held out, and no offer is drawn."""
    read = await client.get("/v1/contact-policy")
    stamp = ("version", "changed_at", "changed_by")
    policy = {name: value for name, value in read.json().items() if name not in stamp}
    policy |= {"exploration": "off", "hold_out_share": "0"}
    await client.put("/v1/contact-policy", json=policy, headers={"if-match": read.headers["etag"]})
