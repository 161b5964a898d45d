"""The contact ledger's caps: how many promotional contacts a customer may get, over all channels together."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from campaigns.domain.customer import ContactStatus, Slot
from campaigns.domain.offers import ContactClass
from campaigns.domain.policy import Cap, ContactPolicy
from campaigns.domain.violation import Violation
from lealtad.events.catalog.customer_profile import Channel


def counts(contact_class: ContactClass, channel: Channel, policy: ContactPolicy) -> bool:
    """Return whether a contact spends a slot of the caps: where it sells, on a channel that counts."""
    return contact_class == ContactClass.PROMOTIONAL and policy.channel(channel).counts


def occupied(contacts: Iterable[Slot], now: datetime) -> list[Slot]:
    """Return the contacts that hold a slot at `now`: those that took place and reservations that have not expired."""
    return [
        contact
        for contact in contacts
        if contact.status is ContactStatus.CONFIRMED
        or (contact.status is ContactStatus.RESERVED and contact.expires_at and contact.expires_at > now)
    ]


def find_full_cap(contacts: Iterable[Slot], caps: Sequence[Cap], now: datetime) -> Violation | None:
    """Return which cap has no slot left at `now` and when one becomes free, or None when all caps leave one.

    A contact counts in a cap while it is younger than the cap's window; a reservation as long as it is held, since it
    may be spent at any moment.
    """
    held = occupied(contacts, now)
    full = [violation for cap in caps if (violation := _full(held, cap, now))]
    return max(full, key=lambda violation: violation.until or now, default=None)


def _full(held: Sequence[Slot], cap: Cap, now: datetime) -> Violation | None:
    ends = sorted(end for contact in held if (end := _ends(contact, cap)) > now)
    if len(ends) < cap.contacts:
        return None
    until = ends[len(ends) - cap.contacts] if cap.contacts else None
    return Violation("contact-cap", f"{cap.contacts} promotional contacts in {cap.days} days are spent", until)


def _ends(contact: Slot, cap: Cap) -> datetime:
    if contact.status is ContactStatus.RESERVED and contact.expires_at:
        return contact.expires_at
    return contact.at + cap.window
