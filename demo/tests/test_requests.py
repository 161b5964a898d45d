"""What the demo sends is what the services take: held against their own request models."""

from itertools import islice

import pytest
from pydantic import TypeAdapter

from complaints.cases.schemas.requests import NewCase
from customer_profile.customers.schemas import NewCustomer
from customer_profile.facts.kinds.registry import KINDS
from lealtad_demo.desk import case_of
from lealtad_demo.enrolment import consents, registration
from lealtad_demo.facts import FactWriter
from lealtad_demo.invoices import trading_days
from lealtad_demo.simulator import Grievance, Simulator, SimulatorSettings


@pytest.fixture(scope="module")
def simulator():
    return Simulator(SimulatorSettings.load())


@pytest.fixture(scope="module")
def first_days():
    return list(islice(trading_days(), 20))


def test_every_fact_is_a_valid_request(first_days):
    requests = TypeAdapter(KINDS.any_request())
    writer = FactWriter()
    facts = [requests.validate_python(fact.body) for day in first_days for fact in writer.of(day)]
    assert {fact.type for fact in facts} == {"purchase", "return"}


def test_every_customer_can_be_registered_with_consent(first_days, simulator):
    customers = {invoice.customer: invoice.country for day in first_days for invoice in day.invoices}
    for customer, country in customers.items():
        persona = simulator.persona(customer)
        profile = NewCustomer.model_validate(registration(customer, country, persona))
        assert profile.emails == [persona.email]


def test_consent_to_all_channels_names_none_and_no_consent_is_not_sent(simulator):
    personas = [simulator.persona(str(number)) for number in range(200)]
    by_marketing = {persona.marketing: consents(persona) for persona in personas}
    assert by_marketing[None] == []
    assert [consent["channel"] for consent in by_marketing["all"]] == [None]
    assert [consent["channel"] for consent in by_marketing["email"]] == ["email"]


def test_a_complaint_about_a_return_is_a_valid_case_and_labelled(first_days):
    returned = next(invoice for day in first_days for invoice in day.invoices if invoice.is_return)
    case = NewCase.model_validate(case_of(returned, Grievance("damaged", "low")))
    assert case.about.fact_id == returned.number
    assert "simulated" in case.description
