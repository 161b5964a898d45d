"""Queries of customers that lock the customer until the transaction ends."""

from dataclasses import dataclass
from uuid import UUID

from complaints.customers.repository.locks import lock_names
from complaints.customers.repository.service_tiers import read_tiers
from lealtad.customers import find
from lealtad.db import Connection
from lealtad.http import CustomerRef


@dataclass(frozen=True, slots=True)
class CustomerWithTier:
    """A customer and the customer's current service tier."""

    id: UUID
    tier: str | None


async def lock_customer(connection: Connection, ref: CustomerRef) -> CustomerWithTier | None:
    """Lock the customer that `ref` names and return the customer, or None while no customer is known by it.

    Until the transaction ends, no projection changes the meaning of `ref` or the customer's service tier.
    """
    expected = await find(connection, ref)
    await lock_names(connection, [ref, expected] if expected else [ref])
    customer_id = await find(connection, ref)
    if customer_id is None:
        return None
    if customer_id != expected:
        await lock_names(connection, [customer_id])
    return CustomerWithTier(customer_id, await _find_tier(connection, customer_id))


async def lock_tier(connection: Connection, customer_id: UUID | None) -> str | None:
    """Lock the customer and return the service tier; return None without a customer."""
    if customer_id is None:
        return None
    await lock_names(connection, [customer_id])
    return await _find_tier(connection, customer_id)


async def _find_tier(connection: Connection, customer_id: UUID) -> str | None:
    stored = (await read_tiers(connection, [customer_id])).get(customer_id)
    return stored.tier if stored else None
