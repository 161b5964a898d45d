"""Registers the customers of the shop: number and country are real, the person is simulated."""

from lealtad_demo.client import PROFILE, Apis
from lealtad_demo.facts import SYSTEM, Json
from lealtad_demo.invoices import Country, countries
from lealtad_demo.simulator import LABEL, Persona, Simulator

ALL_CHANNELS = "all"
NOWHERE = Country()


def registration(customer: str, country: str, persona: Persona) -> Json:
    """Return the body that registers a customer with consent, as on the first order; what is unknown is left out."""
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


async def enrol(apis: Apis, simulator: Simulator, customer: str, country: str) -> str:
    """Register a customer; return the id that the services use."""
    body = registration(customer, country, simulator.persona(customer))
    return str((await apis.post(PROFILE, "/v1/customers", body))["id"])
