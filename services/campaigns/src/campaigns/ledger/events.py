"""Events of slots of the contact ledger."""

from datetime import datetime
from typing import Any

from lealtad.db import Row
from lealtad.events.catalog.campaigns import (
    ContactConfirmed,
    ContactReleased,
    ContactReserved,
    OfferKind,
    OfferRef,
)
from lealtad.events.catalog.customer_profile import Channel


def contact_reserved(slot: Row, now: datetime) -> ContactReserved:
    """Return the event of a slot that is reserved at `now`."""
    later = slot.at if slot.at > now else None
    return ContactReserved(**_fields(slot, now), expires_at=slot.expires_at, contact_at=later)


def contact_confirmed(slot: Row) -> ContactConfirmed:
    """Return the event of a contact that took place."""
    return ContactConfirmed(**_fields(slot, slot.at), rule=slot.rule)


def contact_released(slot: Row, now: datetime) -> ContactReleased:
    """Return the event of a slot that is released at `now`."""
    return ContactReleased(**_fields(slot, now), reason=slot.release_reason, rule=slot.rule)


def _fields(slot: Row, occurred_at: datetime) -> dict[str, Any]:
    offer = OfferRef(
        offer_id=slot.offer_id, key=slot.offer_key, version=slot.offer_version, kind=OfferKind(slot.offer_kind)
    )
    return {
        "customer_id": slot.customer_id,
        "contact_id": slot.contact_id,
        "decision_id": slot.decision_id,
        "offer": offer,
        "channel": Channel(slot.channel),
        "occurred_at": occurred_at,
    }
