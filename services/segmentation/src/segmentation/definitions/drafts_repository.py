"""SQL of draft memberships: who is in a segment under its version in preparation."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, TextClause, delete, select, text, union
from sqlalchemy.ext.asyncio import AsyncConnection

from segmentation.definitions.models import draft_membership
from segmentation.domain.standing import Standing
from segmentation.memberships.models import membership

ADD = text("""
INSERT INTO draft_membership (segment_id, customer_id)
SELECT * FROM unnest(CAST(:segments AS uuid[]), CAST(:customers AS uuid[])) ON CONFLICT DO NOTHING
""")

REMOVE = text("""
DELETE FROM draft_membership
USING unnest(CAST(:segments AS uuid[]), CAST(:customers AS uuid[])) AS gone (segment_id, customer_id)
WHERE draft_membership.segment_id = gone.segment_id AND draft_membership.customer_id = gone.customer_id
""")


async def keep(connection: AsyncConnection, segment_ids: Sequence[UUID], found: Sequence[Standing]) -> None:
    """Store who of these locked customers is in these segments by their versions in preparation."""
    if not segment_ids:
        return
    pairs = [(segment_id, item) for segment_id in segment_ids for item in found]
    await _write(connection, ADD, [(key, item.customer_id) for key, item in pairs if key in item.drafts])
    await _write(connection, REMOVE, [(key, item.customer_id) for key, item in pairs if key not in item.drafts])


async def _write(connection: AsyncConnection, statement: TextClause, pairs: list[tuple[UUID, UUID]]) -> None:
    if pairs:
        segments, customers = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        await connection.execute(statement, {"segments": segments, "customers": customers})


async def forget(connection: AsyncConnection, segment_id: UUID) -> None:
    """Delete the draft of a segment."""
    await connection.execute(delete(draft_membership).where(draft_membership.c.segment_id == segment_id))


def differing(segment_id: UUID) -> Select[tuple[UUID]]:
    """Return the query for customers whose draft is another than what was announced."""
    draft, told = draft_membership.c, membership.c
    entering = select(draft.customer_id).where(draft.segment_id == segment_id)
    leaving = select(told.customer_id).where(told.segment_id == segment_id)
    both = union(entering.except_(leaving), leaving.except_(entering)).subquery()
    return select(both.c.customer_id)
