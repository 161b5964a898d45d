"""Keeps what is known of a customer still while a case is written that depends on it.

A case may be opened at the very moment at which its customer, or the customer's tier, becomes known: both
transactions would miss the other's rows, and nobody would look again. So whoever writes a case holds an advisory
lock on what the case names, and whoever learns about customers holds the same lock shared. Names fall into a
bounded number of buckets, so that a large batch holds few locks.
"""

import zlib
from collections.abc import Iterable

from sqlalchemy import text

from lealtad.db import Connection

BUCKETS = 256
SPACE = 7_301
"""Class of our advisory locks, apart from any other use of them in this database."""

HOLD = text("SELECT pg_advisory_xact_lock(:space, bucket) FROM unnest(CAST(:buckets AS int[])) AS bucket")
SHARE = text("SELECT pg_advisory_xact_lock_shared(:space, bucket) FROM unnest(CAST(:buckets AS int[])) AS bucket")


async def hold(connection: Connection, names: Iterable[object]) -> None:
    """Let nobody learn about the customers under these ids or references until the end of the transaction."""
    await connection.execute(HOLD, {"space": SPACE, "buckets": _buckets(names)})


async def learn(connection: Connection, names: Iterable[object]) -> None:
    """Wait for the cases that are being written about these ids or references."""
    await connection.execute(SHARE, {"space": SPACE, "buckets": _buckets(names)})


def _buckets(names: Iterable[object]) -> list[int]:
    # One order everywhere, so that two holders never wait for one another.
    return sorted({zlib.crc32(str(name).encode()) % BUCKETS for name in names})
