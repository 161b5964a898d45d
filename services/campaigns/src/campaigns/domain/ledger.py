"""The caps of the contact ledger: the number of promotional contacts with a customer over all channels together."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from campaigns.domain.customer import ContactStatus, Slot
from campaigns.domain.offers import ContactClass
from campaigns.domain.policy import Cap, ContactPolicy
from campaigns.domain.violation import Violation
from lealtad.events.catalog.customer_profile import Channel


def counts_against_caps(contact_class: ContactClass, channel: Channel, policy: ContactPolicy) -> bool:
    """Return whether a contact counts against the caps: a promotional one on a channel that counts."""
    return contact_class == ContactClass.PROMOTIONAL and policy.channel(channel).counts


def find_occupied_slots(contacts: Iterable[Slot], now: datetime) -> list[Slot]:
    """Return the slots that are occupied at `now`: confirmed ones and reservations that have not expired."""
    return [
        contact
        for contact in contacts
        if contact.status is ContactStatus.CONFIRMED
        or (contact.status is ContactStatus.RESERVED and contact.expires_at and contact.expires_at > now)
    ]


def find_full_cap(contacts: Iterable[Slot], caps: Sequence[Cap], now: datetime) -> Violation | None:
    """Return the cap that has no slot left at `now` and the moment at which one is free, or None.

    A contact counts while it is younger than the cap's window. A reservation counts until it expires, because it may
    be spent at any moment.
    """
    slots = find_occupied_slots(contacts, now)
    full = [violation for cap in caps if (violation := _check_cap(slots, cap, now))]
    return max(full, key=lambda violation: violation.until or now, default=None)


def _check_cap(slots: Sequence[Slot], cap: Cap, now: datetime) -> Violation | None:
    ends = sorted(end for contact in slots if (end := _end_in_cap(contact, cap)) > now)
    if len(ends) < cap.contacts:
        return None
    until = ends[len(ends) - cap.contacts] if cap.contacts else None
    return Violation("contact-cap", f"{cap.contacts} promotional contacts in {cap.days} days are spent", until)


def _end_in_cap(contact: Slot, cap: Cap) -> datetime:
    if contact.status is ContactStatus.RESERVED and contact.expires_at:
        return contact.expires_at
    return contact.at + cap.window
