"""The lifecycle of a case: possible steps, and the error of an impossible step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.domain.lifecycle import TRANSITIONS, IllegalStepError, Step, possible_steps, status_after
from lealtad.events.catalog.complaints import OPEN_STATUSES, CaseStatus

statuses = st.sampled_from(CaseStatus)
steps = st.sampled_from(Step)


def walk(status: CaseStatus, *path: Step) -> CaseStatus:
    for step in path:
        status = status_after(status, step)
    return status


def test_the_usual_life_ends_closed():
    path = (Step.ACKNOWLEDGE, Step.START, Step.WAIT, Step.RESUME, Step.RESOLVE, Step.CLOSE)

    assert walk(CaseStatus.NEW, *path) is CaseStatus.CLOSED


def test_a_case_can_be_solved_at_first_contact():
    assert walk(CaseStatus.NEW, Step.ACKNOWLEDGE, Step.RESOLVE) is CaseStatus.RESOLVED


@pytest.mark.parametrize("finished", [CaseStatus.RESOLVED, CaseStatus.CLOSED])
def test_a_finished_case_comes_back_as_work_in_progress(finished):
    assert status_after(finished, Step.REOPEN) is CaseStatus.IN_PROGRESS


def test_an_impossible_step_names_the_possible_ones():
    with pytest.raises(IllegalStepError) as refused:
        status_after(CaseStatus.RESOLVED, Step.RESOLVE)

    assert refused.value.possible == (Step.CLOSE, Step.REOPEN)
    assert str(refused.value) == "a case that is resolved cannot resolve; possible: close, reopen"


@given(statuses, steps)
def test_a_step_is_possible_exactly_when_it_is_offered(status, step):
    if step in possible_steps(status):
        assert status_after(status, step) is TRANSITIONS[status, step]
    else:
        with pytest.raises(IllegalStepError):
            status_after(status, step)


@given(statuses)
def test_no_status_is_a_dead_end_and_every_open_one_can_be_resolved(status):
    steps_left = possible_steps(status)

    assert steps_left
    if status in OPEN_STATUSES - {CaseStatus.NEW}:
        assert Step.RESOLVE in steps_left


def test_every_status_is_reachable_from_new():
    reached = {CaseStatus.NEW}
    for _ in CaseStatus:
        reached |= {after for (before, _), after in TRANSITIONS.items() if before in reached}

    assert reached == set(CaseStatus)
