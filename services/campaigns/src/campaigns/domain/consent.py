"""Whether the customer's consents permit a contact, and which rule forbids it where they do not."""

from datetime import datetime

from campaigns.domain.customer import Customer
from campaigns.domain.offers import ContactClass
from campaigns.domain.violation import Violation
from lealtad.consents import Consent, changes_at, in_force
from lealtad.events.catalog.customer_profile import Channel, Purpose


def find_consent_violation(
    customer: Customer, purpose: Purpose, channel: Channel, contact_class: ContactClass, now: datetime
) -> Violation | None:
    """Return why a contact of `contact_class` is not allowed, or None.

    Promotions need a granted, unexpired consent (GDPR art. 6(1)(a)); transactional contacts only the absence of a
    refusal; mandatory ones nothing.
    """
    if contact_class is ContactClass.MANDATORY:
        return None
    deciding = in_force(customer.consents, purpose, channel, now)
    rule, detail = _broken(deciding, contact_class, now)
    if rule is None:
        return None
    return Violation(rule, f"{detail} {purpose} on {channel}", changes_at(customer.consents, purpose, channel, now))


def _broken(deciding: Consent | None, contact_class: ContactClass, now: datetime) -> tuple[str | None, str]:
    if deciding is not None and not deciding.granted:
        return "consent-withdrawn", "the customer refused"
    if contact_class is ContactClass.TRANSACTIONAL or (deciding is not None and deciding.allows(now)):
        return None, ""
    if deciding is None or deciding.given_at > now:
        return "no-consent", "the customer has not agreed to"
    return "consent-expired", "there is no unexpired consent to"
