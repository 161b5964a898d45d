"""Use cases of the service policy: read what is in force, put another version in force."""

from typing import Any

from sqlalchemy.engine import Row

from complaints.policy import repository
from complaints.policy.schemas import PolicyDocument, PolicyInForce
from lealtad.http import Answer, require_match
from lealtad.unit_of_work import UnitOfWork


async def read_policy(uow: UnitOfWork) -> Answer:
    """Answer the policy in force, its version as ETag."""
    row = await repository.newest(uow.connection)
    return _shown(row)


async def set_policy(uow: UnitOfWork, document: PolicyDocument, if_match: str | None, actor: str) -> Answer:
    """Put `document` in force for cases that are opened, reopened or rescheduled from now on."""
    current = await repository.newest(uow.connection)
    require_match(if_match, current.version, required=True)
    version = current.version + 1
    content = document.model_dump(mode="json", by_alias=True)
    if not await repository.add(uow.connection, version, content, at=uow.now, actor=actor):
        require_match(if_match, version, required=True)
    return _shown(await repository.newest(uow.connection))


def _shown(row: Row[Any]) -> Answer:
    document = PolicyDocument.model_validate(row.document)
    return Answer(PolicyInForce(version=row.version, set_at=row.set_at, document=document), etag=row.version)
