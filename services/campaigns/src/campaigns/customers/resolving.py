"""From a reference in a request to the customer's id."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from campaigns.customers import repository
from lealtad.http import CustomerRef, not_found

HINT = "No such customer is known here yet. Register the customer at customer-profile, or try again in a moment."


async def resolve(connection: AsyncConnection, reference: str, pointer: str = "ref") -> UUID:
    """Return the id of the customer that `reference` (id or source:external_id) names; raise 404 or 422."""
    ref = CustomerRef.parse(reference, pointer)
    if ref.id is not None:
        found = await repository.known(connection, ref.id)
    else:
        found = await repository.by_external_id(connection, str(ref.source), str(ref.external_id))
    if found is None:
        raise not_found("customer", reference, HINT)
    return found
