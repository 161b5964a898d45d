"""Reads and changes the value policy; shows the boundaries computed by it."""

from typing import Any

from sqlalchemy import Row, true

from lealtad.http import Answer, Page, PageQuery, require_match
from lealtad.unit_of_work import UnitOfWork
from segmentation.definitions import rulebook
from segmentation.domain.value_policy import ValuePolicy
from segmentation.memberships import repository as memberships
from segmentation.value import repository
from segmentation.value.repository import PolicyVersion
from segmentation.value.schemas import BoundariesOut, ValuePolicyOut


async def read(uow: UnitOfWork) -> Answer:
    """Show the policy in force."""
    return _answer(await repository.current_policy(uow.connection))


async def replace(uow: UnitOfWork, policy: ValuePolicy, if_match: str | None) -> Answer:
    """Put another policy in force; boundaries by it are computed as soon as the amounts of its window are known."""
    # The schedule is locked before the rulebook, as by whoever computes boundaries.
    await repository.schedule(uow.connection, uow.now)
    await rulebook.replace(uow.connection)
    known = await repository.current_policy(uow.connection)
    require_match(if_match, known.version, required=True)
    version = PolicyVersion(known.version + 1, policy, uow.now)
    await repository.add_policy(uow.connection, version)
    if policy.window_days != known.policy.window_days:
        await memberships.make_due(uow.connection, true(), uow.now)
    return _answer(version)


async def read_boundaries(uow: UnitOfWork, query: PageQuery) -> Page[BoundariesOut]:
    """Show the boundaries, the newest first."""
    before = query.after(int)
    rows = await repository.boundaries_before(uow.connection, before[0] if before else None, query.limit)
    return Page.of(rows, query.limit, cursor_of=lambda row: (row.version,), item_of=_shown)


def _answer(stored: PolicyVersion) -> Answer:
    body = ValuePolicyOut(**stored.policy.model_dump(), version=stored.version, created_at=stored.created_at)
    return Answer(body, etag=stored.version)


def _shown(row: Row[Any]) -> BoundariesOut:
    return BoundariesOut.model_validate(
        {**row.boundaries, "version": row.version, "policy_version": row.policy_version}
    )
