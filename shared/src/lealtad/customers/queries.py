"""Queries of the customer that a reference in a request names."""

from uuid import UUID

from lealtad.customers import repository
from lealtad.db import Connection
from lealtad.http import CustomerRef, Problem, not_found

HINT = "No such customer is known here yet. Check the reference; if the customer is new, try again in a moment."


async def find(connection: Connection, ref: CustomerRef) -> UUID | None:
    """Return the customer that `ref` names, after a merge the surviving customer; None when unknown or erased."""
    if ref.id is not None:
        return await repository.by_id(connection, ref.id)
    return await repository.by_external_id(connection, ref.source or "", ref.external_id or "")


async def resolve(connection: Connection, reference: str, pointer: str = "ref") -> UUID:
    """Return the customer that the id or `source:external_id` names; raise 404, or 422 that points at `pointer`."""
    found = await find(connection, CustomerRef.parse(reference, pointer))
    if found is None:
        raise unknown_customer(reference)
    return found


def unknown_customer(reference: str) -> Problem:
    """Return the 404 of a reference to an unknown customer."""
    return not_found("customer", reference, HINT)
