"""The contact ledger's caps: how many promotional contacts a customer may get, over all channels together."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from campaigns.domain.customer import Contact, ContactStatus
from campaigns.domain.findings import Finding
from campaigns.domain.policy import Cap


def occupied(contacts: Iterable[Contact], now: datetime) -> list[Contact]:
    """Return the contacts that hold a slot at `now`: those that took place and reservations that have not expired."""
    return [
        contact
        for contact in contacts
        if contact.status is ContactStatus.CONFIRMED
        or (contact.status is ContactStatus.RESERVED and contact.expires_at and contact.expires_at > now)
    ]


def cap_reached(contacts: Iterable[Contact], caps: Sequence[Cap], now: datetime) -> Finding | None:
    """Return which cap has no slot left at `now` and when one becomes free, or None when all caps leave one.

    A contact counts in a cap while it is younger than the cap's window.
    """
    held = occupied(contacts, now)
    full = [finding for cap in caps if (finding := _full(held, cap, now))]
    return max(full, key=lambda finding: finding.until or now, default=None)


def _full(held: Sequence[Contact], cap: Cap, now: datetime) -> Finding | None:
    ends = sorted(_ends(contact, cap) for contact in held if contact.at + cap.window > now)
    if len(ends) < cap.contacts:
        return None
    until = ends[len(ends) - cap.contacts] if cap.contacts else None
    return Finding("contact-cap", f"{cap.contacts} promotional contacts in {cap.days} days are spent", until)


def _ends(contact: Contact, cap: Cap) -> datetime:
    leaves_window = contact.at + cap.window
    if contact.status is ContactStatus.RESERVED and contact.expires_at:
        return min(leaves_window, contact.expires_at)
    return leaves_window
