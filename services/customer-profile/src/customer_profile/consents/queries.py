"""Consents as callers see them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from customer_profile.consents import repository
from lealtad.consents import Consent, in_force
from lealtad.events.catalog.customer_profile import Channel, Purpose
from lealtad.unit_of_work import UnitOfWork


async def list_consents(uow: UnitOfWork, customer_id: UUID, statements: Sequence[Consent]) -> list[dict[str, Any]]:
    """Return the whole history of a customer's consents, the newest first, as resources `Consent`."""
    rows = await repository.read_history(uow.connection, customer_id)
    return [consent_document(row, statements, uow.now) for row in rows]


def consent_document(row: Mapping[Any, Any], statements: Sequence[Consent], now: datetime) -> dict[str, Any]:
    """Return a row of the history as the resource `Consent`; `statements` are all that the customer made."""
    names = ("id", "purpose", "channel", "granted", "given_at", "expires_at", "source", "recorded_at")
    channel = Channel(row["channel"]) if row["channel"] else None
    stated = Consent(Purpose(row["purpose"]), channel, row["granted"], row["given_at"], row["expires_at"])
    deciding = in_force(statements, *stated.matter, now)
    return {**{name: row[name] for name in names}, "in_force": stated == deciding}
