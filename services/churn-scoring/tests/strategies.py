"""Random customers for property tests."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from churn_scoring.domain.facts import Fact, FactKind

START = datetime(2011, 1, 1, tzinfo=UTC)
CUSTOMER = UUID(int=1)

moments = st.integers(0, 400 * 24).map(lambda hours: START + timedelta(hours=hours))
amounts = st.integers(1, 100_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def facts(draw: st.DrawFn, min_size: int = 0) -> list[Fact]:
    """Return facts of one customer in any order, with distinct ids."""
    rows = draw(st.lists(st.tuples(st.sampled_from(FactKind), moments, amounts), min_size=min_size, max_size=30))
    return [Fact(UUID(int=place + 1), CUSTOMER, kind, at, amount) for place, (kind, at, amount) in enumerate(rows)]


def purchase(day: float, amount: str = "20.00", number: int = 0) -> Fact:
    """Return a purchase `day` days after START."""
    at = START + timedelta(days=day)
    return Fact(UUID(int=number or int(day * 1000) + 1), CUSTOMER, FactKind.PURCHASE, at, Decimal(amount))
