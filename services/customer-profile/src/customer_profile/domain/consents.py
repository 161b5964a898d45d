"""Consent per purpose and channel: the customer's newest word counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lealtad.events.catalog.customer_profile import Channel, Purpose


@dataclass(frozen=True, slots=True)
class Consent:
    """What a customer said once about one purpose on one channel (None: on all channels)."""

    purpose: Purpose
    channel: Channel | None
    granted: bool
    given_at: datetime
    expires_at: datetime | None = None

    def allows(self, at: datetime) -> bool:
        """Whether it permits a contact at `at`: granted by then, and not expired (the end itself is too late)."""
        return self.granted and self.given_at <= at and (self.expires_at is None or at < self.expires_at)


def newest(history: Iterable[Consent]) -> dict[tuple[Purpose, Channel | None], Consent]:
    """Return the consent in force for each purpose and channel, whatever the order in which they were recorded.

    Newest by `given_at`; of two at the same moment the more restrictive wins: withdrawn before granted, then the
    one that expires sooner.
    """
    current: dict[tuple[Purpose, Channel | None], Consent] = {}
    for consent in history:
        known = current.get((consent.purpose, consent.channel))
        if known is None or _rank(consent) > _rank(known):
            current[consent.purpose, consent.channel] = consent
    return current


def _rank(consent: Consent) -> tuple[datetime, bool, bool, float]:
    expires_at = consent.expires_at
    return (
        consent.given_at,
        not consent.granted,
        expires_at is not None,
        -expires_at.timestamp() if expires_at else 0.0,
    )
