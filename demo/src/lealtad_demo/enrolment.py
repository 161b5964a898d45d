"""The registration of the shop's customers, with real number and country and a simulated person."""

from collections.abc import Mapping

from lealtad_demo.client import PROFILE, Apis
from lealtad_demo.facts import SYSTEM, Json
from lealtad_demo.invoices import Country, countries
from lealtad_demo.simulator import LABEL, Persona, Simulator

BATCH = 1000
ALL_CHANNELS = "all"
NOWHERE = Country()


class RefusedRegistrationError(Exception):
    """A failed registration of a customer; the message states the reason."""


def registration(customer: str, country: str, persona: Persona) -> Json:
    """Return the body that registers a customer with consent; unknown fields are left out."""
    place = countries().get(country, NOWHERE)
    body = {
        "external_ids": [{"source": SYSTEM, "external_id": customer}],
        "given_name": persona.given_name,
        "family_name": persona.family_name,
        "emails": [persona.email],
        "country": place.code,
        "time_zone": place.time_zone,
        "consents": consents(persona),
    }
    return {name: value for name, value in body.items() if value is not None}


def consents(persona: Persona) -> list[Json]:
    """Return the customer's consent to marketing, if there is one."""
    if persona.marketing is None:
        return []
    channel = None if persona.marketing == ALL_CHANNELS else persona.marketing
    return [{"purpose": "marketing", "channel": channel, "granted": True, "source": f"{LABEL}-form"}]


async def enrol(apis: Apis, simulator: Simulator, countries_of: Mapping[str, str]) -> dict[str, str]:
    """Register customers, given with their countries, and return their ids in the services.

    Raises RefusedRegistrationError.
    """
    ids: dict[str, str] = {}
    customers = list(countries_of)
    for start in range(0, len(customers), BATCH):
        batch = customers[start : start + BATCH]
        body = [registration(customer, countries_of[customer], simulator.persona(customer)) for customer in batch]
        answer = await apis.post(PROFILE, "/v1/customer-batches", {"customers": body})
        for customer, item in zip(batch, answer["items"], strict=True):
            if item["id"] is None:
                raise RefusedRegistrationError(f"customer {customer} was not registered: {item['problem']}")
            ids[customer] = str(item["id"])
    return ids
