"""Request bodies, and customers for whom the next purchase changes score and segments."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

SYSTEM = "bench-shop"
BOUGHT_DAYS_AGO = (130, 100)
"""Two purchases, the last more than 90 and less than 120 days ago: `lapsing`, not `active-90d`. The next purchase turns
both around (shipped segments), and lowers the probability of inactivity by more than the published grid of .02."""

Json = dict[str, Any]


class Facts:
    """A source of bodies whose ids never repeat, even across runs; `now` is the stack's business time, UTC."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self._run = uuid4().hex[:10]
        self._numbers = count(1)

    def customers(self, number: int) -> list[str]:
        """Return external ids of new customers."""
        return [f"c{self._run}-{next(self._numbers)}" for _ in range(number)]

    def purchase(self, customer: str, days_ago: int = 0) -> Json:
        """Return an invoice of two lines, bought so many days ago."""
        occurred_at = self.now() - timedelta(days=days_ago)
        return {
            "type": "purchase",
            "source": {"system": SYSTEM, "fact_id": f"p{self._run}-{next(self._numbers)}"},
            "customer": reference(customer),
            "occurred_at": occurred_at.isoformat(),
            "channel": "web",
            "lines": [
                {"sku": "85123A", "product_line": "lighting", "quantity": "6", "unit_price": "2.55"},
                {"sku": "71053", "product_line": "kitchen", "quantity": "2", "unit_price": "3.39"},
            ],
        }

    def history(self, customers: list[str]) -> Iterator[Json]:
        """Yield the purchases that make customers lapse."""
        for days_ago in BOUGHT_DAYS_AGO:
            yield from (self.purchase(customer, days_ago) for customer in customers)


def registration(customer: str) -> Json:
    """Return the body that registers a customer who consents to marketing."""
    return {
        "external_ids": [{"source": SYSTEM, "external_id": customer}],
        "country": "GB",
        "consents": [{"purpose": "marketing", "granted": True, "source": "bench"}],
    }


def reference(customer: str) -> str:
    """Return the reference of a customer."""
    return f"{SYSTEM}:{customer}"
