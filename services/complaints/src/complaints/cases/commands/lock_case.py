"""Lock the case that a request names."""

from uuid import UUID

from complaints.cases.repository.cases import lock_cases
from complaints.domain.stored_case import StoredCase
from lealtad.http import not_found, require_match
from lealtad.unit_of_work import UnitOfWork


async def lock_case(uow: UnitOfWork, case_id: UUID, if_match: str | None) -> StoredCase:
    """Lock the case until the transaction ends, and return it.

    Raise 404 when the case does not exist, 412 when `if_match` is not its version.
    """
    locked = await lock_cases(uow.connection, [case_id])
    if not locked:
        raise not_found("case", case_id)
    require_match(if_match, locked[0].case.version)
    return locked[0]
