"""Boundaries of the quintiles and tiers, computed from the whole base at a fixed time and used until the next one."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Tier:
    """A value tier: customers with at least `from_amount` net, who reach no better tier."""

    tier: str
    service_tier: str
    from_amount: Decimal | None
    """None: the last tier, which takes every other buyer."""


@dataclass(frozen=True, slots=True)
class Boundaries:
    """One version of the boundaries.

    A quintile score is 1 plus the number of exceeded boundaries. For recency it is 5 minus this number, since fewer
    days are better. Equal customers always get equal scores. After Hughes, *Strategic Database Marketing* (1994).
    """

    version: int
    computed_at: datetime
    window_days: int
    buyers: int
    recency_days: tuple[int, ...]
    frequency: tuple[int, ...]
    monetary: tuple[Decimal, ...]
    tiers: tuple[Tier, ...]
    """Best first."""
    percentiles: tuple[Decimal, ...]
    """Net amounts at the 1st to the 99th percentile of the buyers."""

    def recency_score(self, days: int) -> int:
        """Return the score of `days` since the last purchase, 5 the best."""
        return 5 - sum(days > limit for limit in self.recency_days)

    def percentile(self, net_amount: Decimal) -> int:
        """Return the share of buyers, in whole percent, that a customer with `net_amount` equals or exceeds."""
        return sum(net_amount >= cut for cut in self.percentiles)
