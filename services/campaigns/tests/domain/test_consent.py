from datetime import timedelta

import pytest

from campaigns.domain.consent import find_consent_violation
from campaigns.domain.offers import ContactClass
from lealtad.consents import Consent
from lealtad.events.catalog.customer_profile import Channel, Purpose

from .builders import NOON, a_customer, an_offer, decided

MARKETING, EMAIL = Purpose.MARKETING, Channel.EMAIL


def consent_statement(
    granted: bool, *, days_ago: int, channel: Channel | None = EMAIL, lasting: int | None = None
) -> Consent:
    given_at = NOON - timedelta(days=days_ago)
    return Consent(MARKETING, channel, granted, given_at, given_at + timedelta(days=lasting) if lasting else None)


def broken_rule(*consents: Consent, contact_class: ContactClass = ContactClass.PROMOTIONAL) -> str | None:
    violation = find_consent_violation(a_customer(consents=consents), MARKETING, EMAIL, contact_class, NOON)
    return violation.rule if violation else None


@pytest.mark.parametrize(
    ("consents", "rule"),
    [
        ((), "no-consent"),
        ((consent_statement(granted=True, days_ago=9),), None),
        ((consent_statement(granted=True, days_ago=9, channel=None),), None),
        ((consent_statement(granted=True, days_ago=9, channel=Channel.SMS),), "no-consent"),
        ((consent_statement(granted=True, days_ago=9, lasting=9),), "consent-expired"),
        (
            (consent_statement(granted=True, days_ago=9), consent_statement(granted=False, days_ago=2)),
            "consent-withdrawn",
        ),
        ((consent_statement(granted=False, days_ago=9), consent_statement(granted=True, days_ago=2)), None),
        (
            (consent_statement(granted=True, days_ago=9), consent_statement(granted=False, days_ago=2, channel=None)),
            "consent-withdrawn",
        ),
        (
            (consent_statement(granted=True, days_ago=2), consent_statement(granted=False, days_ago=2, channel=None)),
            "consent-withdrawn",
        ),
        (
            (consent_statement(granted=False, days_ago=9), consent_statement(granted=True, days_ago=2, channel=None)),
            "consent-withdrawn",
        ),
        (
            (consent_statement(granted=False, days_ago=9, channel=None), consent_statement(granted=True, days_ago=2)),
            None,
        ),
        (
            (
                consent_statement(granted=False, days_ago=9, channel=None),
                consent_statement(granted=True, days_ago=5, lasting=5),
            ),
            "consent-withdrawn",
        ),
        ((consent_statement(granted=True, days_ago=-1),), "no-consent"),
    ],
)
def test_a_promotion_needs_a_newest_statement_that_grants_and_has_not_expired(consents, rule):
    assert broken_rule(*consents) == rule
    assert broken_rule(*reversed(consents)) == rule


def test_a_transactional_contact_is_stopped_by_a_refusal_only():
    assert broken_rule(contact_class=ContactClass.TRANSACTIONAL) is None
    refused = consent_statement(granted=False, days_ago=2)
    assert broken_rule(refused, contact_class=ContactClass.TRANSACTIONAL) == "consent-withdrawn"


def test_a_mandatory_contact_needs_nobodys_leave():
    assert broken_rule(consent_statement(granted=False, days_ago=2), contact_class=ContactClass.MANDATORY) is None


def test_a_consent_of_tomorrow_and_one_that_ends_tomorrow_have_the_customer_decided_anew_then():
    tomorrow = NOON + timedelta(days=1)
    begins = a_customer(consents=(consent_statement(granted=True, days_ago=-1),))
    violation = find_consent_violation(begins, MARKETING, EMAIL, ContactClass.PROMOTIONAL, NOON)
    assert violation is not None
    assert violation.until == tomorrow
    ending = a_customer(consents=(consent_statement(granted=True, days_ago=9, lasting=10),))
    assert decided(ending, an_offer()).valid_until == tomorrow


def test_a_general_consent_that_ends_before_that_of_the_channel_has_the_customer_decided_anew_then():
    """The rule may fall back to another statement, so that each begin and end counts."""
    consents = (
        consent_statement(granted=True, days_ago=2, lasting=9),
        consent_statement(granted=True, days_ago=9, channel=None, lasting=12),
    )
    assert decided(a_customer(consents=consents), an_offer()).valid_until == NOON + timedelta(days=3)
