from datetime import date

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


@pytest.mark.parametrize("channel", ["email", "call-centre", "sms"])
def test_about_the_set_share_allows_marketing(settings, simulator, channel):
    allowed = sum(simulator.persona(str(number)).consents[channel] for number in range(2000)) / 2000
    assert allowed == pytest.approx(settings.consent_share[channel], abs=0.04)


def test_about_the_set_share_of_returns_comes_with_a_complaint(settings, simulator):
    complaints = sum(simulator.complains(f"C{number}") for number in range(5000)) / 5000
    assert complaints == pytest.approx(settings.complaint_share, abs=0.02)


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
