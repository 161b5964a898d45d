"""Advisory locks between transactions that write cases and transactions that project customers.

A case may be opened at the moment when its customer, or the customer's tier, becomes known. Both transactions would
miss the rows of the other, and no later transaction would look again. So a transaction that writes a case locks the
names in the case, and a projection of customers takes the same locks in shared mode. A name is a customer id or a
customer reference. Names fall into a bounded number of buckets, so that a large batch holds few locks.
"""

import zlib
from collections.abc import Iterable

from sqlalchemy import text

from lealtad.db import Connection

BUCKETS = 256
LOCK_CLASS = 7_301
"""Class of these advisory locks; no other advisory lock of this database has it."""

LOCK = text("SELECT pg_advisory_xact_lock(:class, bucket) FROM unnest(CAST(:buckets AS int[])) AS bucket")
LOCK_SHARED = text("SELECT pg_advisory_xact_lock_shared(:class, bucket) FROM unnest(CAST(:buckets AS int[])) AS bucket")


async def lock_names(connection: Connection, names: Iterable[object]) -> None:
    """Lock these names until the transaction ends; projections of customers under these names wait."""
    await connection.execute(LOCK, {"class": LOCK_CLASS, "buckets": _buckets(names)})


async def lock_names_shared(connection: Connection, names: Iterable[object]) -> None:
    """Lock these names in shared mode until the transaction ends; wait for transactions that write their cases."""
    await connection.execute(LOCK_SHARED, {"class": LOCK_CLASS, "buckets": _buckets(names)})


def _buckets(names: Iterable[object]) -> list[int]:
    # All transactions lock in ascending order, so that no two of them wait for one another.
    return sorted({zlib.crc32(str(name).encode()) % BUCKETS for name in names})
