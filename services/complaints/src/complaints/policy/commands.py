"""Commands on the service policy."""

from collections.abc import Iterator
from dataclasses import replace

from complaints.policy import repository
from complaints.policy.models import SERVICE_POLICY
from complaints.policy.schemas import ChangedServicePolicy, PolicyDocument
from lealtad.db import Connection
from lealtad.events.catalog.segmentation import SHIPPED_SERVICE_TIERS
from lealtad.http import Answer, FieldWarning, warnings_of
from lealtad.mismatches import Mismatch, quoted
from lealtad.unit_of_work import UnitOfWork


async def change_service_policy(uow: UnitOfWork, policy: PolicyDocument, *, if_match: str | None, by: str) -> Answer:
    """Put `policy` in force as the next version; raise 412 or 428 without the ETag, 422 for an impossible one."""
    warnings = await _find_warnings(uow.connection, policy)
    answer = await SERVICE_POLICY.change(uow, policy, if_match=if_match, by=by)
    document = answer.body.model_dump(mode="json", by_alias=True)
    return replace(answer, body=ChangedServicePolicy.model_validate({**document, "warnings": warnings}))


async def _find_warnings(connection: Connection, policy: PolicyDocument) -> list[FieldWarning]:
    announced = await repository.read_service_levels(connection)
    return warnings_of(_mismatches(policy, SHIPPED_SERVICE_TIERS if announced is None else announced))


def _mismatches(policy: PolicyDocument, known: list[str] | tuple[str, ...]) -> Iterator[Mismatch]:
    """Yield the tiers that no value policy gives to anybody; it may give them later."""
    for tier in policy.tier_factors:
        if tier not in known:
            message = f"no customer gets the service tier{quoted(tier)} by the value policy in force"
            yield Mismatch.of(f"/tier_factors/{tier}", message, tier, known)
