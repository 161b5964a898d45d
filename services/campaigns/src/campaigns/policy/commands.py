"""Commands on the contact policy."""

from uuid import UUID, uuid5

from campaigns.domain.policy import ContactPolicy
from campaigns.policy import repository
from campaigns.policy.models import CONTACT_POLICY
from lealtad.events.catalog.campaigns import ContactPolicyChanged
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork

POLICY_ID = uuid5(UUID(int=0), "lealtad:contact-policy")
"""Key of the policy's events. There is only one policy."""


async def change_contact_policy(uow: UnitOfWork, policy: ContactPolicy, *, if_match: str | None, by: str) -> Answer:
    """Put `policy` in force as the next version and make all customers due; raise 412 or 428 without the ETag."""
    changed = await CONTACT_POLICY.replace(uow, policy, if_match=if_match, by=by)
    await repository.increment_revision(uow.connection)
    event = ContactPolicyChanged(
        version=changed.version, promotions_stopped=policy.promotions_stopped, changed_at=changed.changed_at
    )
    uow.emit(event, key=POLICY_ID)
    return CONTACT_POLICY.answer(changed)
