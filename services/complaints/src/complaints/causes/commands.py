"""Commands of the taxonomy of causes."""

from http import HTTPStatus

from complaints.causes.models import CAUSES
from complaints.causes.queries import cause_answer
from complaints.causes.schemas import CauseDefinition
from lealtad.http import Answer, require_match, require_travelling_key
from lealtad.unit_of_work import UnitOfWork


async def set_cause(uow: UnitOfWork, code: str, body: CauseDefinition, if_match: str | None) -> Answer:
    """Add the cause (201), or change it when `if_match` is its version (200).

    Raise 422 when the code of a new cause looks like personal data.
    """
    row = await CAUSES.find(uow.connection, code, lock=True)
    if row is None:
        require_travelling_key(code, "code")
        added = await CAUSES.insert(uow.connection, code=code, version=1, **body.model_dump())
        return cause_answer(added, HTTPStatus.CREATED)
    require_match(if_match, row.version, required=True)
    return cause_answer(await CAUSES.update(uow.connection, code, version=row.version + 1, **body.model_dump()))
