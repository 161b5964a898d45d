"""Use cases: read and change the contact policy, with the switch that stops all promotions."""

from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row

from campaigns.domain.policy import ContactPolicy
from campaigns.policy import repository
from campaigns.policy.schemas import PolicyOut
from lealtad.events.catalog.campaigns import ContactPolicyChanged
from lealtad.http import Answer, not_found, require_match
from lealtad.unit_of_work import UnitOfWork

POLICY_ID = uuid5(UUID(int=0), "lealtad:contact-policy")
"""Key of the policy's events: there is one policy."""


async def read_policy(uow: UnitOfWork, version: int | None = None) -> Answer:
    """Return a version of the policy, by default the one in force; its version is the ETag."""
    row = await repository.read(uow.connection, version)
    if row is None:
        raise not_found("policy version", version)
    return _shown(row)


async def change_policy(uow: UnitOfWork, wanted: ContactPolicy, *, if_match: str | None, by: str) -> Answer:
    """Put `wanted` in force as the next version and have all customers decided anew; 412 or 428 without the ETag."""
    current = await repository.read(uow.connection, lock=True)
    version = current.version if current else 0
    require_match(if_match, version, required=True)
    await repository.add_version(uow.connection, wanted, version=version + 1, at=uow.now, by=by)
    await repository.revise(uow.connection)
    change = ContactPolicyChanged(version=version + 1, promotions_stopped=wanted.promotions_stopped, changed_at=uow.now)
    uow.emit(change, key=POLICY_ID)
    return await read_policy(uow)


def _shown(row: Row[Any]) -> Answer:
    body = PolicyOut(**row.policy, version=row.version, changed_at=row.changed_at, changed_by=row.changed_by)
    return Answer(body, etag=row.version)
