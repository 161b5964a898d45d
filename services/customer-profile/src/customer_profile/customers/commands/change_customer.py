"""Change a customer by a JSON Merge Patch (RFC 7396)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from customer_profile.customers import repository
from customer_profile.customers.commands.check_birth_date import require_past_birth_date
from customer_profile.customers.events import emit_customer_state
from customer_profile.customers.queries import changed_customer, lock_customer
from customer_profile.customers.schemas import ChangedCustomer, Profile
from customer_profile.domain.merge_patch import merge_patch
from customer_profile.identities.commands import replace_identities, require_impersonal_external_ids
from customer_profile.identities.schemas import STORED_EXTERNAL_IDS
from customer_profile.policy.models import INTAKE_POLICY
from lealtad.events.catalog.customer_profile import CustomerUpdated
from lealtad.http import Answer, invalid, require_known_members, require_match
from lealtad.http.validation_errors import failures_of
from lealtad.unit_of_work import UnitOfWork


async def change_customer(uow: UnitOfWork, ref: str, patch: Mapping[str, Any], *, if_match: str | None) -> Answer:
    """Apply `patch` to the profile, and emit the customer's state if something shareable changed.

    The change registers a provisional customer. Raises 404, 409, 410, 412, 428, and 422 when the outcome is no profile.
    """
    require_known_members(patch, Profile, read_only=ChangedCustomer.model_fields)
    before = await lock_customer(uow, ref)
    require_match(if_match, before.version, required=True)
    profile = _patched_profile(before.profile, patch)
    policy = (await INTAKE_POLICY.in_force(uow.connection)).policy
    require_impersonal_external_ids(profile, policy, before=before.profile)
    document = profile.model_dump(mode="json")
    if document["birth_date"] != before.profile["birth_date"]:
        require_past_birth_date(profile.birth_date, profile.time_zone, uow.now)
    if document == before.profile and not before.provisional:
        return changed_customer(before, event_id=None)
    after = replace(before, version=before.version + 1, provisional=False, profile=document, updated_at=uow.now)
    await repository.update(uow.connection, after)
    await replace_identities(uow, before=before, after=after)
    event_id = emit_customer_state(uow, CustomerUpdated, before=before, after=after)
    return changed_customer(after, event_id=event_id)


def _patched_profile(profile: Mapping[str, Any], patch: Mapping[str, Any]) -> Profile:
    try:
        context = {STORED_EXTERNAL_IDS: profile["external_ids"]}
        return Profile.model_validate(merge_patch(profile, patch), context=context)
    except ValidationError as error:
        fields, left_out = failures_of(error, root=Profile)
        raise invalid(
            "The patch does not leave a valid customer: correct what `errors` points at.", fields, left_out=left_out
        ) from None
