"""Consents as they are shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lealtad.consents import Consent, in_force
from lealtad.events.catalog.customer_profile import Channel, Purpose


def consent_entry(row: Mapping[Any, Any], statements: Sequence[Consent], now: datetime) -> dict[str, Any]:
    """Return a row of the history as the resource `Consent`."""
    names = ("id", "purpose", "channel", "granted", "given_at", "expires_at", "source", "recorded_at")
    channel = Channel(row["channel"]) if row["channel"] else None
    stated = Consent(Purpose(row["purpose"]), channel, row["granted"], row["given_at"], row["expires_at"])
    deciding = in_force(statements, *stated.matter, now)
    return {**{name: row[name] for name in names}, "in_force": stated == deciding}
