"""The history of a case replays to its state, after any actions in any order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from complaints.domain import journey
from complaints.domain.case import Action, apply, begin, replay
from complaints.domain.lifecycle import IllegalStepError, Step, possible_steps
from complaints.policy.examples import SHIPPED_POLICY
from complaints.policy.schemas import PolicyDocument
from lealtad.events.catalog.complaints import CaseStatus

MORNING = datetime(2011, 2, 1, 9, tzinfo=UTC)
DUE_IN = timedelta(hours=8)
CLOSES_IN = timedelta(days=14)
RULES = PolicyDocument.model_validate(SHIPPED_POLICY).rules(version=1)
tiers = st.sampled_from([None, "gold", "silver"])
plain_steps = st.sampled_from([Step.ACKNOWLEDGE, Step.START, Step.CLOSE])


def a_case(*, due_in=DUE_IN):
    return begin(journey.opening(MORNING, due_at=MORNING + due_in, tier=None, customer_id=None), MORNING)


def resolved_case():
    case = apply(a_case(), journey.step(a_case(), Step.ACKNOWLEDGE, MORNING))
    return apply(case, journey.resolution(case, MORNING, RULES))


class CaseLife(RuleBasedStateMachine):
    """Random actions at random times, with the history beside the case."""

    @initialize()
    def open(self):
        self.now = MORNING
        opening = journey.opening(self.now, due_at=self.now + DUE_IN, tier=None, customer_id=None)
        self.history = [opening]
        self.case = begin(opening, self.now)

    def record(self, entry):
        self.case = apply(self.case, entry)
        self.history.append(entry)

    def attempt(self, step, make):
        if step in possible_steps(self.case.status):
            self.record(make())
        else:
            with pytest.raises(IllegalStepError):
                make()

    @rule(hours=st.integers(0, 300))
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)

    @rule(step=plain_steps)
    def apply_step(self, step):
        self.attempt(step, lambda: journey.step(self.case, step, self.now))

    @rule(pauses=st.booleans())
    def wait(self, pauses):
        rules = replace(RULES, waiting_pauses=pauses)
        self.attempt(Step.WAIT, lambda: journey.waiting(self.case, self.now, rules))

    @rule()
    def resume(self):
        before = self.case
        self.attempt(Step.RESUME, lambda: journey.resumption(self.case, self.now, RULES))
        assert self.case.due_at >= before.due_at

    @rule()
    def resolve(self):
        self.attempt(Step.RESOLVE, lambda: journey.resolution(self.case, self.now, RULES))

    @rule(tier=tiers)
    def reopen(self, tier):
        due_at = self.now + DUE_IN
        self.attempt(Step.REOPEN, lambda: journey.reopening(self.case, self.now, due_at=due_at, tier=tier))

    @rule(tier=tiers)
    def attach(self, tier):
        arguments = {"customer_id": uuid4(), "tier": tier, "due_at": self.now + DUE_IN}
        if self.case.customer_id is None:
            self.record(journey.attachment(self.case, self.now, **arguments))
        else:
            with pytest.raises(journey.AlreadyAttachedError):
                journey.attachment(self.case, self.now, **arguments)

    @rule(tier=tiers)
    def change_tier(self, tier):
        entry = journey.rescheduling(self.case, self.now, tier=tier, due_at=self.now + DUE_IN)
        assert (entry is None) == (not self.case.clock_runs or tier == self.case.tier)
        if entry:
            self.record(entry)

    @rule(assignee=st.sampled_from([None, "ana"]), queue=st.sampled_from([None, "returns"]))
    def assign(self, assignee, queue):
        self.record(journey.assignment(self.case, self.now, assignee=assignee, queue=queue))
        assert (self.case.assignee, self.case.queue) == (assignee, queue)

    @rule(action=st.sampled_from([Action.NOTE, Action.GESTURE]))
    def remark(self, action):
        before = self.case
        self.record(journey.remark(self.case, self.now, action))
        assert self.case.status is before.status

    @precondition(lambda self: self.case.next_due_at is not None)
    @rule()
    def due_loop_turns(self):
        assert self.case.next_due_at
        due = self.case.next_due_at <= self.now
        entry = journey.breach(self.case, self.now) or journey.expiry(self.case, self.now)
        assert (entry is not None) == due
        if entry:
            self.record(entry)
            again = journey.breach(self.case, self.now) or journey.expiry(self.case, self.now)
            assert again is None

    @invariant()
    def history_replays_to_the_case(self):
        assert replay(self.history, MORNING) == self.case
        assert [entry.number for entry in self.history] == list(range(1, self.case.version + 1))
        assert self.history[-1].status is self.case.status

    @invariant()
    def times_agree_with_the_status(self):
        assert (self.case.resolved_at is not None) == (not self.case.is_open)
        assert (self.case.closed_at is not None) == (self.case.status is CaseStatus.CLOSED)
        assert (self.case.close_at is not None) == (self.case.status is CaseStatus.RESOLVED)
        assert self.case.breached_at is None or self.case.breached_at >= self.case.due_at
        assert self.case.paused_at is None or self.case.status is CaseStatus.WAITING_FOR_CUSTOMER
        assert self.case.paused_at is None or (self.case.next_due_at, self.case.breached_at) == (None, None)

    @invariant()
    def a_case_breaches_at_most_once_per_clock(self):
        breaches = sum(entry.action is Action.BREACH for entry in self.history)
        assert breaches <= self.case.reopened_count + 1


test_any_life_of_a_case = CaseLife.TestCase


def test_an_entry_that_does_not_follow_is_refused():
    case = a_case()

    with pytest.raises(ValueError, match="does not follow"):
        apply(apply(case, journey.step(case, Step.ACKNOWLEDGE, MORNING)), journey.step(case, Step.ACKNOWLEDGE, MORNING))


def test_a_case_breaches_at_its_due_time_and_not_before():
    case = a_case(due_in=timedelta(hours=1))

    assert journey.breach(case, MORNING + timedelta(minutes=59)) is None
    assert journey.breach(case, MORNING + timedelta(hours=1)).action is Action.BREACH


def test_a_resolved_case_closes_by_itself_after_its_time():
    case = resolved_case()

    assert case.next_due_at == MORNING + CLOSES_IN
    assert journey.expiry(case, MORNING + CLOSES_IN).status is CaseStatus.CLOSED


def test_a_new_tier_leaves_a_resolved_case_alone():
    assert journey.rescheduling(resolved_case(), MORNING, tier="gold", due_at=MORNING) is None


def test_reopening_starts_a_new_clock():
    case = resolved_case()
    tomorrow = MORNING + timedelta(days=1)

    reopened = apply(case, journey.reopening(case, tomorrow, due_at=tomorrow + DUE_IN, tier="gold"))

    assert (reopened.clock_started_at, reopened.due_at) == (tomorrow, tomorrow + DUE_IN)
    assert (reopened.tier, reopened.reopened_count) == ("gold", 1)
