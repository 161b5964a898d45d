"""Acceptance of consents and refusals that callers send."""

from datetime import datetime

from customer_profile.consents.schemas import NewConsent
from customer_profile.domain.consent_statement import ConsentStatement
from customer_profile.policy.schemas import IntakePolicy
from lealtad.consents import Consent
from lealtad.http import InvalidField, invalid


def accept_consent(new: NewConsent, policy: IntakePolicy, now: datetime) -> ConsentStatement:
    """Return the statement that a caller sends; raise 422 if it was given in the future, or too long ago."""
    consent = Consent(new.purpose, new.channel, new.granted, new.given_at or now, new.expires_at)
    if violation := policy.occurrence_window().violation(consent.given_at, now):
        raise invalid(
            "Send when the customer said it.",
            [InvalidField(pointer="/given_at", message=violation, hint="the intake policy sets both limits")],
        )
    return ConsentStatement(consent, new.source)
