"""Apply a step of the lifecycle to a case."""

from typing import NoReturn
from uuid import UUID

from complaints.cases.commands.lock_case import lock_case
from complaints.cases.commands.record_changes import case_answer, record_change
from complaints.cases.queries import find_case_or_404
from complaints.customers.queries import lock_tier
from complaints.domain import journey
from complaints.domain.case import Entry
from complaints.domain.lifecycle import IllegalStepError, Step
from complaints.domain.stored_case import CaseChange, StoredCase
from complaints.policy.queries import read_rules
from lealtad.events.catalog.complaints import CaseStatus
from lealtad.http import Answer, conflict
from lealtad.unit_of_work import UnitOfWork


async def apply_step(
    uow: UnitOfWork, case_id: UUID, step: Step, *, note: str | None, actor: str, if_match: str | None
) -> Answer:
    """Apply `step` and return the case after it; raise 409, with the possible steps, when `step` is impossible.

    A repeated acknowledgement changes nothing: most cases are acknowledged at intake.
    """
    if step is Step.REOPEN:
        await _lock_tier_of_case(uow, case_id)
    stored = await lock_case(uow, case_id, if_match)
    if step is Step.ACKNOWLEDGE and stored.case.status is CaseStatus.ACKNOWLEDGED:
        return case_answer(stored)
    entry = await _step_entry(uow, stored, step)
    return await record_change(uow, CaseChange(stored, entry, actor, text=note))


async def _step_entry(uow: UnitOfWork, stored: StoredCase, step: Step) -> Entry:
    try:
        match step:
            case Step.RESOLVE:
                return journey.resolution(stored.case, uow.now, await read_rules(uow.connection))
            case Step.WAIT:
                return journey.waiting(stored.case, uow.now, await read_rules(uow.connection))
            case Step.RESUME:
                return journey.resumption(stored.case, uow.now, await read_rules(uow.connection))
            case Step.REOPEN:
                return await _reopening_entry(uow, stored)
            case _:
                return journey.step(stored.case, step, uow.now)
    except IllegalStepError as error:
        _raise_conflict(error)


async def _reopening_entry(uow: UnitOfWork, stored: StoredCase) -> Entry:
    rules = await read_rules(uow.connection)
    tier = await lock_tier(uow.connection, stored.case.customer_id)
    due_at = rules.due_at(stored.intake.kind, stored.intake.severity, tier, uow.now)
    return journey.reopening(stored.case, uow.now, due_at=due_at, tier=tier)


async def _lock_tier_of_case(uow: UnitOfWork, case_id: UUID) -> None:
    # Every transaction locks the customer before the case. The tier must not change while the due time is computed.
    await lock_tier(uow.connection, (await find_case_or_404(uow, case_id)).case.customer_id)


def _raise_conflict(error: IllegalStepError) -> NoReturn:
    possible = [step.value for step in error.possible]
    raise conflict(
        "illegal-step",
        f"A case that is {error.status} cannot {error.step}",
        f"Read the case again; now it can {' or '.join(possible)}.",
        case_status=error.status.value,
        possible=possible,
    ) from error
