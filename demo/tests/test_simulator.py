from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from lealtad_demo.simulator import Answer, Simulator, SimulatorSettings

MONDAY = date(2011, 3, 7)


@pytest.fixture
def settings():
    return SimulatorSettings.load()


@pytest.fixture
def simulator(settings):
    return Simulator(settings)


def test_the_same_seed_gives_the_same_people_in_whatever_order_they_are_asked(settings):
    numbers = [str(number) for number in range(50)]
    forwards, backwards = Simulator(settings), Simulator(settings)
    first = [forwards.persona(number) for number in numbers]
    assert first == [backwards.persona(number) for number in reversed(numbers)][::-1]


def test_another_seed_gives_other_people(settings, simulator):
    other = Simulator(settings.model_copy(update={"seed": settings.seed + 1}))
    assert simulator.persona("17850") != other.persona("17850")


def test_invented_addresses_are_labelled_and_lead_nowhere(simulator):
    assert simulator.persona("17850").email == "customer-17850@simulated.example.com"


def test_about_the_set_shares_allow_marketing(settings, simulator):
    allowed = Counter(simulator.persona(str(number)).marketing for number in range(3000))
    for channel, share in settings.consent_share.items():
        assert allowed[channel] / 3000 == pytest.approx(share, abs=0.04)
    assert allowed[None] / 3000 == pytest.approx(1 - sum(settings.consent_share.values()), abs=0.04)


def test_about_the_set_share_of_returns_comes_with_a_complaint(settings, simulator):
    complaints = [simulator.complaint(f"C{number}", Decimal(5)) for number in range(5000)]
    assert 1 - complaints.count(None) / 5000 == pytest.approx(settings.complaint_share, abs=0.02)


@pytest.mark.parametrize(("amount", "severity"), [("0.5", "low"), ("20", "medium"), ("150", "high")])
def test_the_more_was_returned_the_worse_the_complaint(simulator, amount, severity):
    complaints = [simulator.complaint(f"C{number}", Decimal(amount)) for number in range(100)]
    assert {each.severity for each in complaints if each} == {severity}


def test_a_case_is_resolved_within_the_set_number_of_days(settings, simulator):
    days = {simulator.days_to_resolve(str(number)) for number in range(500)}
    fewest, most = settings.resolved_after_days
    assert days == set(range(fewest, most + 1))


def test_customers_take_what_appeals_more_often(simulator):
    def taken(kind):
        answers = [simulator.answer(str(number), "an-offer", kind, MONDAY) for number in range(3000)]
        return answers.count(Answer.ACCEPTED)

    assert taken("service-recovery") > taken("retention") > taken("farewell") > 0


def test_some_customers_do_not_answer(settings, simulator):
    answers = [simulator.answer(str(number), "an-offer", "reward", MONDAY) for number in range(3000)]
    assert answers.count(None) / 3000 == pytest.approx(1 - settings.answer_share, abs=0.03)


def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(ValidationError, match="complaint_share"):
        SimulatorSettings.model_validate(settings.model_dump() | {"complaint_share": 1.5})
