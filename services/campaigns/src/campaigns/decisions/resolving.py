"""From a reference in a request to the customer's id."""

from uuid import UUID

from campaigns.decisions import repository
from lealtad.customers import find, unknown_customer
from lealtad.db import Connection
from lealtad.http import CustomerRef


async def resolve(connection: Connection, reference: str, pointer: str = "ref") -> UUID:
    """Return the id of the customer that `reference` (id or source:external_id) names; raise 404 or 422.

    A customer may be decided on, by what others say under the id, before the customer's own state arrives.
    """
    ref = CustomerRef.parse(reference, pointer)
    found = await find(connection, ref)
    if found is None and ref.id and await repository.standing_of(connection, ref.id):
        return ref.id
    if found is None:
        raise unknown_customer(reference)
    return found
