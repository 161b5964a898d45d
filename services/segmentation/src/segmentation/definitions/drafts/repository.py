"""SQL of draft memberships."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, TextClause, delete, exists, text

from lealtad.db import Connection
from segmentation.customer_base.models import membership
from segmentation.definitions.models import draft_membership
from segmentation.domain.evaluation_result import EvaluationResult

ADD = text("""
INSERT INTO draft_membership (segment_id, customer_id)
SELECT * FROM unnest(CAST(:segments AS uuid[]), CAST(:customers AS uuid[])) ON CONFLICT DO NOTHING
""")

REMOVE = text("""
DELETE FROM draft_membership
USING unnest(CAST(:segments AS uuid[]), CAST(:customers AS uuid[])) AS removed (segment_id, customer_id)
WHERE draft_membership.segment_id = removed.segment_id AND draft_membership.customer_id = removed.customer_id
""")


async def store_drafts(
    connection: Connection, segment_ids: Sequence[UUID], results: Sequence[EvaluationResult]
) -> None:
    """Insert and delete the draft memberships of these locked customers in these segments in preparation."""
    if not segment_ids:
        return
    pairs = [(segment_id, result) for segment_id in segment_ids for result in results]
    await _write(connection, ADD, [(key, result.customer_id) for key, result in pairs if key in result.drafts])
    await _write(connection, REMOVE, [(key, result.customer_id) for key, result in pairs if key not in result.drafts])


async def _write(connection: Connection, statement: TextClause, pairs: list[tuple[UUID, UUID]]) -> None:
    if pairs:
        segments, customers = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        await connection.execute(statement, {"segments": segments, "customers": customers})


async def delete_drafts(connection: Connection, segment_id: UUID, *, after: UUID, last: UUID) -> None:
    """Delete the drafts of a segment for the customers beyond `after`, up to `last`."""
    draft = draft_membership.c
    passed = draft.customer_id > after, draft.customer_id <= last
    await connection.execute(delete(draft_membership).where(draft.segment_id == segment_id, *passed))


def draft_differs(segment_id: UUID, customer_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Return the condition that a customer's draft differs from the announced membership."""
    draft, announced = draft_membership.c, membership.c
    is_drafted = exists().where(draft.segment_id == segment_id, draft.customer_id == customer_id)
    is_member = exists().where(announced.segment_id == segment_id, announced.customer_id == customer_id)
    return is_drafted != is_member
