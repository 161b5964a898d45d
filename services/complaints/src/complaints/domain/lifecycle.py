"""The life of a case as a state machine: new, acknowledged, in progress, waiting, resolved, closed."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from lealtad.events.catalog.complaints import CaseStatus


class Step(StrEnum):
    """A step that moves a case from one status to the next."""

    ACKNOWLEDGE = "acknowledge"
    START = "start"
    WAIT = "wait"
    RESUME = "resume"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"


TRANSITIONS: Mapping[tuple[CaseStatus, Step], CaseStatus] = MappingProxyType(
    {
        (CaseStatus.NEW, Step.ACKNOWLEDGE): CaseStatus.ACKNOWLEDGED,
        (CaseStatus.ACKNOWLEDGED, Step.START): CaseStatus.IN_PROGRESS,
        # First-contact resolution: the agent who opens the case may solve it on the spot.
        (CaseStatus.ACKNOWLEDGED, Step.RESOLVE): CaseStatus.RESOLVED,
        (CaseStatus.IN_PROGRESS, Step.WAIT): CaseStatus.WAITING_FOR_CUSTOMER,
        (CaseStatus.IN_PROGRESS, Step.RESOLVE): CaseStatus.RESOLVED,
        (CaseStatus.WAITING_FOR_CUSTOMER, Step.RESUME): CaseStatus.IN_PROGRESS,
        (CaseStatus.WAITING_FOR_CUSTOMER, Step.RESOLVE): CaseStatus.RESOLVED,
        (CaseStatus.RESOLVED, Step.CLOSE): CaseStatus.CLOSED,
        (CaseStatus.RESOLVED, Step.REOPEN): CaseStatus.IN_PROGRESS,
        (CaseStatus.CLOSED, Step.REOPEN): CaseStatus.IN_PROGRESS,
    }
)


class IllegalStepError(ValueError):
    """The step does not exist in this status; `possible` lists the steps that do."""

    def __init__(self, status: CaseStatus, step: Step) -> None:
        self.status = status
        self.step = step
        self.possible = possible_steps(status)
        super().__init__(f"a case that is {status} cannot {step}; possible: {', '.join(self.possible)}")


def possible_steps(status: CaseStatus) -> tuple[Step, ...]:
    """Return the steps that a case in `status` may take next."""
    return tuple(step for step in Step if (status, step) in TRANSITIONS)


def status_after(status: CaseStatus, step: Step) -> CaseStatus:
    """Return the status that `step` leads to; raise IllegalStepError when there is no such transition."""
    try:
        return TRANSITIONS[status, step]
    except KeyError:
        raise IllegalStepError(status, step) from None
