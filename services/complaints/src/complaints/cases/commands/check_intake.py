"""Check the fields of a new case that depend on the policy and the taxonomy."""

from datetime import datetime

from complaints.causes.repository import list_codes_in_use
from complaints.domain.service_level import ServicePolicy
from lealtad.db import Connection
from lealtad.http import InvalidField, invalid
from lealtad.mismatches import nearest_first


def check_occurrence_time(occurred_at: datetime | None, now: datetime, rules: ServicePolicy) -> None:
    """Raise 422 for a time ahead of the business time by more than the tolerance, or too far back."""
    oldest, newest = now - rules.oldest, now + rules.future_tolerance
    if occurred_at is None or oldest <= occurred_at <= newest:
        return
    hint = f"from {oldest:%Y-%m-%dT%H:%M:%SZ} to {newest:%Y-%m-%dT%H:%M:%SZ}"
    error = InvalidField(pointer="/occurred_at", message="is ahead of the business time, or too old", hint=hint)
    raise invalid("Send when the customer spoke up, within the limits of the service policy.", [error])


async def check_cause(connection: Connection, code: str | None) -> None:
    """Raise 422 for a code that is not in the taxonomy, or is retired."""
    if code is None:
        return
    codes = await list_codes_in_use(connection)
    if code not in codes:
        hint = f"one of {', '.join(nearest_first(code, codes))}" if codes else None
        error = InvalidField(pointer="/cause", message="is not a cause of the taxonomy", hint=hint)
        raise invalid("Send a cause of the taxonomy (GET /v1/causes), or leave it out.", [error])
