"""Assessments: basis and probability of a score, and when time alone will change it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_scoring.domain.assessment import Assessment, Assessor
from churn_scoring.domain.basis import Basis, NoScoreReason, ScoringInput
from churn_scoring.domain.bgnbd import BgNbd
from churn_scoring.domain.contracts import Contract, status_at
from churn_scoring.domain.facts import Fact, FactKind
from churn_scoring.domain.features import Profile
from churn_scoring.domain.history import fold_all
from churn_scoring.domain.models import InactivityModel
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.domain.reasons import Reason

from ..strategies import CUSTOMER, START, facts, purchase

POLICY = ScoringPolicy()
PRIOR = BgNbd(**POLICY.prior.model_dump())
MODEL = InactivityModel(PRIOR, POLICY.horizon_days, POLICY.evidence)


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def contract(starts: float, ends: float | None = None) -> Contract:
    return Contract(UUID(int=9), CUSTOMER, at(starts), None if ends is None else at(ends), UUID(int=77))


def assess(
    day: float,
    past_facts: Sequence[Fact] = (),
    contracts: Sequence[Contract] = (),
    open_cases: int = 0,
    exclusion: NoScoreReason | None = None,
) -> Assessment:
    now = at(day)
    profile = Profile(fold_all(CUSTOMER, past_facts), open_cases=open_cases)
    scoring_input = ScoringInput(profile, status_at(contracts, now), exclusion)
    return Assessor(MODEL, POLICY, now, "EUR").assess([scoring_input])[0]


def risk(day: float, past_facts: Sequence[Fact], open_cases: int = 0) -> float:
    exact = assess(day, past_facts, open_cases=open_cases).risk
    assert exact is not None
    return exact


def explain(
    day: float, past_facts: Sequence[Fact] = (), contracts: Sequence[Contract] = (), open_cases: int = 0
) -> list[Reason]:
    now = at(day)
    profile = Profile(fold_all(CUSTOMER, past_facts), open_cases=open_cases)
    assessor = Assessor(MODEL, POLICY, now, "EUR")
    return assessor.explain([ScoringInput(profile, status_at(contracts, now))]).get(CUSTOMER, [])


def test_without_purchase_and_contract_there_is_no_score_and_a_reason() -> None:
    assert assess(1).no_score is NoScoreReason.NO_HISTORY
    assert assess(1).probability is None


def test_one_purchase_is_enough_for_a_score() -> None:
    assessment = assess(0.5, [purchase(0.2)])

    assert assessment.basis is Basis.INACTIVITY
    assert assessment.probability is not None
    assert Decimal("0.3") < assessment.probability < Decimal("0.7")


def test_an_ended_contract_without_a_purchase_since_is_certain_churn() -> None:
    assessment = assess(40, [purchase(10)], [contract(0, ends=39.5)])

    assert (assessment.basis, assessment.probability, assessment.band) == (Basis.WITHDRAWN, Decimal(1), "critical")
    assert assessment.next_due_at is None
    assert explain(40, [], [contract(0, ends=39.5)])[0].code == "contract-ended"


def test_a_purchase_after_the_end_of_the_contract_counts_again() -> None:
    assert assess(40, [purchase(39.8)], [contract(0, ends=39.5)]).basis is Basis.INACTIVITY


def test_one_contract_that_runs_on_keeps_the_customer() -> None:
    running = Contract(UUID(int=10), CUSTOMER, at(0), None, UUID(int=78))

    assert assess(40, [], [contract(0, ends=39.5), running]).basis is Basis.CONTRACT


def test_a_contract_without_purchases_gets_the_prior_until_its_end_comes_near() -> None:
    far, near = assess(1, [], [contract(0, ends=200)]), assess(111, [], [contract(0, ends=200)])

    assert (far.basis, far.probability) == (Basis.CONTRACT, POLICY.contract.probability)
    assert (near.basis, near.probability) == (Basis.CONTRACT_ENDING, POLICY.contract.ending_probability)
    assert explain(111, [], [contract(0, ends=200)])[0].code == "contract-ending"


def test_the_end_of_a_contract_is_due_when_it_comes() -> None:
    near = assess(199, [], [contract(0, ends=200.25)])

    assert near.next_due_at is not None
    assert near.next_due_at <= at(200.25)
    assert assess(200.25, [], [contract(0, ends=200.25)]).basis is Basis.WITHDRAWN


@pytest.mark.parametrize("exclusion", [NoScoreReason.MERGED, NoScoreReason.ERASED, NoScoreReason.PROFILING_REFUSED])
def test_a_merged_or_erased_customer_and_one_who_refuses_profiling_have_no_score(exclusion: NoScoreReason) -> None:
    assert assess(5, [purchase(1)], exclusion=exclusion).no_score is exclusion


@pytest.mark.parametrize("kind", [FactKind.COMPLAINT, FactKind.PAYMENT_FAILURE, FactKind.NEGATIVE_TOUCHPOINT])
def test_bad_experience_raises_the_risk(kind: FactKind) -> None:
    bought = [purchase(1), purchase(20)]
    bad = Fact(UUID(int=500), CUSTOMER, kind, at(25))

    assert risk(26, [*bought, bad]) > risk(26, bought)


def test_an_open_case_raises_the_risk_and_its_resolution_lowers_it() -> None:
    bought = [purchase(1), purchase(20)]

    assert risk(26, bought, open_cases=1) > risk(26, bought)


@given(facts(), st.integers(400, 500))
def test_time_changes_little_and_no_band_before_the_due_time(past_facts: list[Fact], day: int) -> None:
    today = assess(day, past_facts)
    if today.next_due_at is None:
        return
    wait = (today.next_due_at - at(day)).days
    until = [assess(day + later, past_facts) for later in range(wait + 1)]

    assert 1 <= wait <= POLICY.recheck_days
    assert not any(_is_announced(today, later) for later in until[:-1])
    assert _is_announced(today, until[-1]) or wait == POLICY.recheck_days


def _is_announced(today: Assessment, later: Assessment) -> bool:
    assert today.probability is not None
    assert later.probability is not None
    return later.band != today.band or abs(later.probability - today.probability) >= POLICY.drift


@given(facts(), st.floats(0, 0.99), st.floats(0, 0.99))
def test_the_hour_of_the_evaluation_does_not_matter(past_facts: list[Fact], morning: float, evening: float) -> None:
    early, late = assess(420 + morning, past_facts), assess(420 + evening, past_facts)

    assert (early.risk, early.probability, early.value_at_risk) == (late.risk, late.probability, late.value_at_risk)


@given(facts(min_size=1))
def test_reasons_add_up_to_the_difference_from_a_newcomer(past_facts: list[Fact]) -> None:
    bought = [*past_facts, purchase(0.1, number=999)]
    newcomer = risk(0, [purchase(0)])

    total = sum(reason.effect for reason in explain(420, bought))
    # Groups below half a point or beyond the fifth are left out.
    assert total == pytest.approx(risk(420, bought) - newcomer, abs=0.05)


def test_the_main_reason_of_a_long_silence_is_the_silence_in_plain_words() -> None:
    weekly = [purchase(day) for day in range(0, 71, 7)]

    main = explain(132, weekly)[0]

    assert (main.code, main.text) == ("silence", "62 days since the last purchase, usual gap 7 days")
    assert main.effect > 0.3


def test_the_risk_of_a_first_purchase_today_has_a_reason_too() -> None:
    reasons = explain(0.5, [purchase(0.2)])

    text = "One purchase so far: the risk is that of who just bought for the first time"
    assert reasons == [Reason("newcomer", text, 0.0)]


@given(facts(min_size=1), st.integers(0, 500))
def test_no_score_is_without_a_reason(past_facts: list[Fact], day: int) -> None:
    assert explain(500 + day, [*past_facts, purchase(0.1, number=999)])


def test_assessing_together_gives_what_assessing_alone_gives() -> None:
    inputs = [
        ScoringInput(Profile(fold_all(UUID(int=number), [purchase(number)] if number % 3 else [])))
        for number in range(1, 30)
    ]
    assessor = Assessor(MODEL, POLICY, at(60), "EUR")

    assert assessor.assess(inputs) == [assessor.assess([item])[0] for item in inputs]


def test_one_day_is_written_in_the_singular() -> None:
    codes = {reason.code: reason.text for reason in explain(90, [purchase(0), purchase(1)])}

    assert codes["silence"] == "89 days since the last purchase, usual gap 1 day"
    assert codes["purchase-history"] == "Bought on 2 days within 1 day, every 1 day on average"
