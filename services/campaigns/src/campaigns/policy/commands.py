"""Commands on the contact policy."""

from dataclasses import replace
from uuid import UUID, uuid5

from campaigns.customer_state.known_values.queries import read_known_values
from campaigns.domain.known_values import find_mismatches
from campaigns.domain.policy import ContactPolicy
from campaigns.policy import repository
from campaigns.policy.models import CONTACT_POLICY
from campaigns.policy.schemas import ChangedContactPolicy
from lealtad.events.catalog.campaigns import ContactPolicyChanged
from lealtad.http import Answer, FieldWarning, warnings_of
from lealtad.unit_of_work import UnitOfWork

POLICY_ID = uuid5(UUID(int=0), "lealtad:contact-policy")
"""Key of the policy's events. There is only one policy."""


async def change_contact_policy(uow: UnitOfWork, policy: ContactPolicy, *, if_match: str | None, by: str) -> Answer:
    """Put `policy` in force as the next version and make all customers due; raise 412 or 428 without the ETag.

    Raise 422 for a situation by a tier or band that does not exist.
    """
    warnings = await _find_warnings(uow, policy)
    changed = await CONTACT_POLICY.replace(uow, policy, if_match=if_match, by=by)
    await repository.increment_revision(uow.connection)
    event = ContactPolicyChanged(
        version=changed.version, promotions_stopped=policy.promotions_stopped, changed_at=changed.changed_at
    )
    uow.emit(event, key=POLICY_ID)
    answer = CONTACT_POLICY.answer(changed)
    return replace(answer, body=ChangedContactPolicy.model_validate({**dict(answer.body), "warnings": warnings}))


async def _find_warnings(uow: UnitOfWork, policy: ContactPolicy) -> list[FieldWarning]:
    known = await read_known_values(uow.connection)
    return warnings_of(
        mismatch
        for place, situation in enumerate(policy.situations)
        for mismatch in find_mismatches(situation.audience, known, f"/situations/{place}/audience")
    )
