"""What is refused at intake: times that cannot be, causes that the taxonomy does not have."""

from datetime import datetime

from complaints.causes import repository as causes
from complaints.domain.service_level import ServicePolicy
from lealtad.db import Connection
from lealtad.http import InvalidField, invalid

HINTED_CAUSES = 50


def require_plausible_time(occurred_at: datetime | None, now: datetime, policy: ServicePolicy) -> None:
    """Raise 422 for a time ahead of the business time by more than the tolerance, or too far back."""
    if occurred_at is None or now - policy.oldest <= occurred_at <= now + policy.future_tolerance:
        return
    oldest, newest = now - policy.oldest, now + policy.future_tolerance
    hint = f"from {oldest:%Y-%m-%dT%H:%M:%SZ} to {newest:%Y-%m-%dT%H:%M:%SZ}"
    error = InvalidField(pointer="/occurred_at", message="is ahead of the business time, or too old", hint=hint)
    raise invalid("Send when the customer spoke up, within the limits of the service policy.", [error])


async def require_known_cause(connection: Connection, code: str | None) -> None:
    """Raise 422 for a code that the taxonomy does not have, or no longer offers."""
    if code is None:
        return
    known = await causes.codes_in_use(connection)
    if code not in known:
        hint = f"one of {', '.join(known[:HINTED_CAUSES])}"
        error = InvalidField(pointer="/cause", message="is not a cause of the taxonomy", hint=hint)
        raise invalid("Send a cause of the taxonomy (GET /v1/causes), or leave it out.", [error])
