"""Accepting what customers say about a purpose."""

from datetime import datetime

from customer_profile.consents.schemas import NewConsent
from customer_profile.policy.schemas import IntakePolicy
from lealtad.consents import Consent
from lealtad.http import InvalidField, invalid


def word_of(said: NewConsent, policy: IntakePolicy, now: datetime) -> Consent:
    """Return what was said; raise 422 when it was given in the future, or too long ago."""
    consent = Consent(said.purpose, said.channel, said.granted, said.given_at or now, said.expires_at)
    if objection := policy.window().violation(consent.given_at, now):
        raise invalid(
            "Send when the customer said it.",
            [InvalidField(pointer="/given_at", message=objection, hint="the intake policy sets both limits")],
        )
    return consent
