"""Commands of the value policy."""

from uuid import UUID, uuid5

from lealtad.events.catalog.segmentation import ValuePolicyChanged
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork
from segmentation.customer_base.repository import sweeps
from segmentation.domain.sweeps import SweepReason
from segmentation.domain.value_policy import ValuePolicy
from segmentation.rulebook.commands import begin_revision
from segmentation.value.models import VALUE_POLICY
from segmentation.value.repository.boundaries import set_schedule

POLICY_ID = uuid5(UUID(int=0), "lealtad:value-policy")
"""Key of the policy's events. There is only one policy."""


async def change_value_policy(uow: UnitOfWork, wanted: ValuePolicy, *, if_match: str | None, by: str) -> Answer:
    """Put another policy in force; its boundaries are computed once the amounts of its window are known."""
    # The schedule is locked before the rulebook, in the same order as in `renew_boundaries`.
    await set_schedule(uow.connection, uow.now)
    await begin_revision(uow.connection)
    previous = await VALUE_POLICY.in_force(uow.connection)
    changed = await VALUE_POLICY.replace(uow, wanted, if_match=if_match, by=by)
    if wanted.window_days != previous.policy.window_days:
        await sweeps.add_sweep(uow.connection, SweepReason.WINDOW, uow.now)
    event = ValuePolicyChanged(
        version=changed.version,
        tiers=[rule.tier for rule in wanted.tiers],
        service_tiers=[rule.service_tier for rule in wanted.tiers],
        changed_at=changed.changed_at,
    )
    uow.emit(event, key=POLICY_ID)
    return VALUE_POLICY.answer(changed)
