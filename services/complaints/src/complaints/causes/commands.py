"""Commands of the taxonomy of causes."""

from http import HTTPStatus

from complaints.causes.queries import read_cause
from complaints.causes.repository import insert_cause, lock_cause, update_cause
from complaints.causes.schemas import Cause, CauseDefinition
from lealtad.http import Answer, conflict, require_match, require_travelling_key
from lealtad.unit_of_work import UnitOfWork


async def set_cause(uow: UnitOfWork, code: str, body: CauseDefinition, if_match: str | None) -> Answer:
    """Add the cause (201), or change it when `if_match` is its version (200).

    Raise 422 when the code of a new cause looks like personal data.
    """
    current = await lock_cause(uow.connection, code)
    if current is None:
        return await _add_cause(uow, code, body)
    require_match(if_match, current.version, required=True)
    await update_cause(uow.connection, code, body.names, retired=body.retired)
    return await read_cause(uow, code)


async def _add_cause(uow: UnitOfWork, code: str, body: CauseDefinition) -> Answer:
    require_travelling_key(code, "code")
    if not await insert_cause(uow.connection, code, body.names, retired=body.retired):
        raise conflict(
            "cause-exists",
            "The cause was added at the same moment",
            "Read the cause and send its ETag as If-Match to change it.",
        )
    added = Cause(code=code, version=1, names=body.names, retired=body.retired)
    return Answer(added, status=HTTPStatus.CREATED, etag=1)
