"""Identifiers: UUIDs of version 7 (RFC 9562), which sort by the time of their creation."""

from datetime import datetime
from uuid import UUID

import uuid6


def new_id() -> UUID:
    """Return a new UUIDv7: unique, and larger than all that this process made before."""
    return UUID(int=uuid6.uuid7().int)


def first_id_at(moment: datetime) -> UUID:
    """Return the smallest UUIDv7 of `moment`; all earlier ones are smaller."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62)
