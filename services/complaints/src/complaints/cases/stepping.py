"""Use cases: the steps of a case's life."""

from typing import NoReturn
from uuid import UUID

from complaints.cases import loading, showing
from complaints.cases.recording import record
from complaints.cases.stored import Change, StoredCase
from complaints.customers.identifying import held_tier
from complaints.domain import journey
from complaints.domain.case import Entry
from complaints.domain.lifecycle import IllegalStepError, Step
from complaints.policy.models import rules_in_force
from lealtad.events.catalog.complaints import CaseStatus
from lealtad.http import Answer, conflict
from lealtad.unit_of_work import UnitOfWork


async def take_step(
    uow: UnitOfWork, case_id: UUID, step: Step, *, note: str | None, actor: str, if_match: str | None
) -> Answer:
    """Take `step` and answer the case after it; 409 names the possible steps where this is none of them.

    Acknowledging what is acknowledged already changes nothing: most cases are acknowledged at intake.
    """
    if step is Step.REOPEN:
        await _hold_tier(uow, case_id)
    stored = await loading.lock(uow, case_id, if_match)
    if step is Step.ACKNOWLEDGE and stored.case.status is CaseStatus.ACKNOWLEDGED:
        return Answer(showing.shown(stored), etag=stored.case.version)
    entry = await _entry(uow, stored, step)
    [recorded] = await record(uow, [Change(stored, entry, actor, text=note)])
    return Answer(showing.shown(recorded.after), etag=entry.number)


async def _entry(uow: UnitOfWork, stored: StoredCase, step: Step) -> Entry:
    try:
        match step:
            case Step.RESOLVE:
                policy = await rules_in_force(uow.connection)
                return journey.resolution(stored.case, uow.now, close_at=uow.now + policy.close_after)
            case Step.REOPEN:
                return await _reopening(uow, stored)
            case _:
                return journey.step(stored.case, step, uow.now)
    except IllegalStepError as error:
        _refuse(error)


async def _reopening(uow: UnitOfWork, stored: StoredCase) -> Entry:
    policy = await rules_in_force(uow.connection)
    tier = await held_tier(uow.connection, stored.case.customer_id)
    due_at = policy.due_at(stored.intake.kind, stored.intake.severity, tier, uow.now)
    return journey.reopening(stored.case, uow.now, due_at=due_at, tier=tier)


async def _hold_tier(uow: UnitOfWork, case_id: UUID) -> None:
    # The customer before the case, as everywhere: the tier must not change under the new due time.
    await held_tier(uow.connection, (await loading.load(uow, case_id)).case.customer_id)


def _refuse(error: IllegalStepError) -> NoReturn:
    possible = [step.value for step in error.possible]
    raise conflict(
        "illegal-step",
        f"A case that is {error.status} cannot {error.step}",
        f"Read the case again; now it can {' or '.join(possible)}.",
        case_status=error.status.value,
        possible=possible,
    ) from error
