"""SQL of draft memberships: who is in a segment under its version in preparation."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, TextClause, delete, exists, text

from lealtad.db import Connection
from segmentation.definitions.models import draft_membership
from segmentation.domain.evaluated_customer import Standing
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


async def keep(connection: Connection, segment_ids: Sequence[UUID], found: Sequence[Standing]) -> None:
    """Store who of these locked customers is in these segments by their versions in preparation."""
    if not segment_ids:
        return
    pairs = [(segment_id, item) for segment_id in segment_ids for item in found]
    await _write(connection, ADD, [(key, item.customer_id) for key, item in pairs if key in item.drafts])
    await _write(connection, REMOVE, [(key, item.customer_id) for key, item in pairs if key not in item.drafts])


async def _write(connection: Connection, statement: TextClause, pairs: list[tuple[UUID, UUID]]) -> None:
    if pairs:
        segments, customers = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        await connection.execute(statement, {"segments": segments, "customers": customers})


async def forget(connection: Connection, segment_id: UUID, *, after: UUID, last: UUID) -> None:
    """Delete the draft of a segment for the customers beyond `after`, up to `last`."""
    draft = draft_membership.c
    walked = draft.customer_id > after, draft.customer_id <= last
    await connection.execute(delete(draft_membership).where(draft.segment_id == segment_id, *walked))


def differs(segment_id: UUID, customer_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Return the condition that a customer's draft is another than what was announced."""
    draft, told = draft_membership.c, membership.c
    is_drafted = exists().where(draft.segment_id == segment_id, draft.customer_id == customer_id)
    is_member = exists().where(told.segment_id == segment_id, told.customer_id == customer_id)
    return is_drafted != is_member
