"""The consent in force: one rule for every service that reads consents.

A matter is a purpose on one channel, or on all channels (channel None). Of each matter the newest statement counts:

- A refusal of a channel holds until the customer consents to that channel; a later general consent does not lift it.
- A general refusal refuses every channel; only a newer consent that has not expired opens one channel again.
- Otherwise the newer of the channel's and the general consent counts, with its expiry. A refusal does not expire.
- Of two statements given at the same moment the more restrictive counts: refusal, then sooner expiry, then channel.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from lealtad.events.catalog.customer_profile import Channel, Purpose

LATEST = datetime.max.replace(tzinfo=UTC)
"""No consent expires later."""


class Matter(NamedTuple):
    """The matter of a statement; channel None means all channels."""

    purpose: Purpose
    channel: Channel | None


@dataclass(frozen=True, slots=True)
class Consent:
    """A statement of a customer about one purpose on one channel (None: on all channels)."""

    purpose: Purpose
    channel: Channel | None
    granted: bool
    given_at: datetime
    expires_at: datetime | None = None

    @property
    def matter(self) -> Matter:
        """Return the purpose and channel of the statement."""
        return Matter(self.purpose, self.channel)

    def allows(self, at: datetime) -> bool:
        """Return whether the statement permits its matter at `at`: from when it was given until before it expires."""
        return self.granted and self.given_at <= at and (self.expires_at is None or at < self.expires_at)


def newest(statements: Iterable[Consent]) -> dict[Matter, Consent]:
    """Return the newest statement of each matter, whatever the order in which the statements arrived."""
    found: dict[Matter, Consent] = {}
    for statement in statements:
        known = found.get(statement.matter)
        if known is None or _precedence(statement) > _precedence(known):
            found[statement.matter] = statement
    return found


def in_force(statements: Iterable[Consent], purpose: Purpose, channel: Channel | None, at: datetime) -> Consent | None:
    """Return the statement that decides about `purpose` on `channel` at `at`; None: the customer was never asked.

    The answer for the newest statement of each matter is the answer for the whole history.
    """
    found = newest(statements)
    own, general = found.get(Matter(purpose, channel)), found.get(Matter(purpose, None))
    if own is None or general is None:
        return own or general
    if not own.granted:
        return own
    if not general.granted:
        return own if own.given_at > general.given_at and own.allows(at) else general
    return max(own, general, key=_precedence)


def allows(statements: Iterable[Consent], purpose: Purpose, channel: Channel | None, at: datetime) -> bool:
    """Return whether the customer's statements permit `purpose` on `channel` at `at`."""
    deciding = in_force(statements, purpose, channel, at)
    return deciding is not None and deciding.allows(at)


def changes_at(
    statements: Iterable[Consent], purpose: Purpose, channel: Channel | None, at: datetime
) -> datetime | None:
    """Return when time alone may change what `in_force` allows after `at`: a consent begins or expires; None: never."""
    found = newest(statements)
    deciding = [found.get(Matter(purpose, channel)), found.get(Matter(purpose, None))]
    granted = [statement for statement in deciding if statement and statement.granted]
    moments = [moment for statement in granted for moment in (statement.given_at, statement.expires_at)]
    return min((moment for moment in moments if moment and moment > at), default=None)


def merge(one: Collection[Consent], other: Collection[Consent], at: datetime) -> list[Consent]:
    """Return the statements in force after two records of one customer are merged at `at`, in a fixed order.

    In each matter the more restrictive of the two answers counts, whichever is newer. A record without an answer does
    not count.
    """
    merged = []
    for matter in {statement.matter for statement in (*one, *other)}:
        answers = [answer for record in (one, other) if (answer := in_force(record, *matter, at))]
        strictest = max(answers, key=lambda answer: (not answer.allows(at), _restriction(answer)))
        merged.append(replace(strictest, channel=matter.channel))
    return sorted(merged, key=in_order)


def in_order(statement: Consent) -> tuple[str, str]:
    """Return the sort key of statements of different matters: purpose, then channel, all channels first."""
    return statement.purpose, statement.channel or ""


def _precedence(statement: Consent) -> tuple[Any, ...]:
    """Return the sort key of statements about one channel: the largest decides."""
    return statement.given_at, *_restriction(statement)[:3], statement.channel or ""


def _restriction(statement: Consent) -> tuple[bool, bool, timedelta, datetime]:
    """Return the sort key by restriction: refusals are the largest, then consents that expire sooner."""
    expires_at = statement.expires_at
    left = LATEST - expires_at if expires_at else timedelta(0)
    return not statement.granted, expires_at is not None, left, statement.given_at
