"""The universal hold-out: a durable share of customers without promotions, to measure the effect of promotions."""

from decimal import Decimal
from hashlib import sha256
from uuid import UUID

BUCKETS = 10_000


def is_held_out(customer_id: UUID, salt: str, share: Decimal) -> bool:
    """Return whether a customer belongs to the hold-out.

    A salted hash places each customer at a fixed point. A larger share only adds customers (hash-based assignment:
    Kohavi, Tang & Xu 2020, ch. 4).
    """
    digest = sha256(f"{salt}:{customer_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % BUCKETS < int(share * BUCKETS)
