"""Loading the case that a request names."""

from uuid import UUID

from complaints.cases import repository
from complaints.cases.stored import StoredCase
from lealtad.http import not_found, require_match
from lealtad.unit_of_work import UnitOfWork


async def load(uow: UnitOfWork, case_id: UUID) -> StoredCase:
    """Answer the case; raise 404 where there is none."""
    stored = await repository.by_id(uow.connection, case_id)
    if stored is None:
        raise not_found("case", case_id)
    return stored


async def lock(uow: UnitOfWork, case_id: UUID, if_match: str | None) -> StoredCase:
    """Answer the case, locked; raise 404 where there is none, 412 where `if_match` is not its version."""
    found = await repository.lock(uow.connection, [case_id])
    if not found:
        raise not_found("case", case_id)
    require_match(if_match, found[0].case.version)
    return found[0]
