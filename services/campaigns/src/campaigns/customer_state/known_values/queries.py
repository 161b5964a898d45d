"""Query of the values that audiences can name."""

from campaigns.customer_state.known_values import repository
from campaigns.domain.known_values import KnownValues
from lealtad.db import Connection
from lealtad.events.catalog.churn_scoring import SHIPPED_BANDS
from lealtad.events.catalog.segmentation import SHIPPED_SEGMENTS, SHIPPED_TIERS


async def read_known_values(connection: Connection) -> KnownValues:
    """Return the announced values, and the shipped ones, which no event announces."""
    row = await repository.read_known_values(connection)
    archived = frozenset(row.archived_segments)
    return KnownValues(
        bands=frozenset(SHIPPED_BANDS if row.bands is None else row.bands),
        tiers=frozenset(SHIPPED_TIERS if row.tiers is None else row.tiers),
        segments=frozenset({*SHIPPED_SEGMENTS, *row.segments}) - archived,
        archived_segments=archived,
    )
