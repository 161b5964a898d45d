"""Whether a customer allows a purpose on a channel: the newest word wins, and a refusal wins a tie."""

from datetime import datetime

from campaigns.domain.customer import Customer
from campaigns.domain.findings import Finding
from campaigns.domain.offers import ContactClass
from lealtad.events.catalog.customer_profile import Channel, Purpose


def newest(customer: Customer, purpose: Purpose, channel: Channel) -> tuple[bool | None, datetime | None]:
    """Return the newest word about `purpose` on `channel` (True, False, or None: never asked) and its expiry."""
    words = [c for c in customer.consents if c.purpose is purpose and c.channel in {channel, None}]
    if not words:
        return None, None
    word = max(words, key=lambda consent: (consent.given_at, not consent.granted))
    return word.granted, word.expires_at


def forbids(
    customer: Customer, purpose: Purpose, channel: Channel, contact_class: ContactClass, now: datetime
) -> Finding | None:
    """Return why a contact of `contact_class` is not allowed, or None.

    Promotions need a granted, unexpired consent (GDPR art. 6(1)(a)); transactional contacts only the absence of a
    refusal; mandatory ones nothing.
    """
    if contact_class is ContactClass.MANDATORY:
        return None
    granted, expires_at = newest(customer, purpose, channel)
    if granted is False:
        return Finding("consent-withdrawn", f"the customer refused {purpose} on {channel}")
    if contact_class is ContactClass.TRANSACTIONAL:
        return None
    if granted is None:
        return Finding("no-consent", f"the customer has not agreed to {purpose} on {channel}")
    if expires_at is not None and expires_at <= now:
        return Finding("consent-expired", f"the consent to {purpose} on {channel} has expired")
    return None
