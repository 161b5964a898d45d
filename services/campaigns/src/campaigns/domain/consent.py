"""The check of a contact against the customer's consents."""

from datetime import datetime

from campaigns.domain.customer import Customer
from campaigns.domain.offers import ContactClass
from campaigns.domain.violation import Violation
from lealtad.consents import Consent, changes_at, in_force
from lealtad.events.catalog.customer_profile import Channel, Purpose


def find_consent_violation(
    customer: Customer, purpose: Purpose, channel: Channel, contact_class: ContactClass, now: datetime
) -> Violation | None:
    """Return the violation of a contact of `contact_class`, or None.

    Promotions need a granted, unexpired consent (GDPR art. 6(1)(a)). Transactional contacts need the absence of a
    refusal. Mandatory contacts need no consent.
    """
    if contact_class is ContactClass.MANDATORY:
        return None
    statement = in_force(customer.consents, purpose, channel, now)
    rule, detail = _find_broken_rule(statement, contact_class, now)
    if rule is None:
        return None
    return Violation(rule, f"{detail} {purpose} on {channel}", changes_at(customer.consents, purpose, channel, now))


def _find_broken_rule(statement: Consent | None, contact_class: ContactClass, now: datetime) -> tuple[str | None, str]:
    if statement is not None and not statement.granted:
        return "consent-withdrawn", "the customer refused"
    if contact_class is ContactClass.TRANSACTIONAL or (statement is not None and statement.allows(now)):
        return None, ""
    if statement is None or statement.given_at > now:
        return "no-consent", "the customer has not agreed to"
    return "consent-expired", "there is no unexpired consent to"
