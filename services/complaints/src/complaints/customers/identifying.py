"""Who a reference names, as far as this service knows, kept still until the end of the transaction."""

from dataclasses import dataclass
from uuid import UUID

from complaints.customers import guard, repository
from lealtad.customers import find
from lealtad.db import Connection
from lealtad.http import CustomerRef


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer and the service tier the customer has now."""

    id: UUID
    tier: str | None


async def identify(connection: Connection, ref: CustomerRef) -> KnownCustomer | None:
    """Answer whom `ref` names, or None while that is not known; nobody learns otherwise until the commit."""
    expected = await find(connection, ref)
    await guard.hold(connection, [ref, expected] if expected else [ref])
    customer_id = await find(connection, ref)
    if customer_id is None:
        return None
    if customer_id != expected:
        await guard.hold(connection, [customer_id])
    return KnownCustomer(customer_id, await _tier(connection, customer_id))


async def held_tier(connection: Connection, customer_id: UUID | None) -> str | None:
    """Answer the customer's service tier, which stays until the commit; None without a customer."""
    if customer_id is None:
        return None
    await guard.hold(connection, [customer_id])
    return await _tier(connection, customer_id)


async def _tier(connection: Connection, customer_id: UUID) -> str | None:
    known = (await repository.tiers(connection, [customer_id])).get(customer_id)
    return known.tier if known else None
