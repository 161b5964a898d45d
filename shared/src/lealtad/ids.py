"""Identifiers: UUIDs of version 7 (RFC 9562), which sort by the time they were made."""

from uuid import UUID

import uuid6


def new_id() -> UUID:
    """Return a new UUIDv7: unique, and larger than any that this process made before."""
    return UUID(int=uuid6.uuid7().int)
