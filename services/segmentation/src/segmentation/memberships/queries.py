"""Queries of the members of a segment, and of the segments and value of a customer."""

from datetime import UTC, date
from uuid import UUID

from lealtad.customers import find, unknown_customer
from lealtad.db import Row
from lealtad.events.catalog.segmentation import Rfm
from lealtad.http import CustomerRef, Page, PageQuery
from lealtad.money import MoneySum
from lealtad.unit_of_work import UnitOfWork
from segmentation.definitions.queries.segments import find_segment
from segmentation.domain.boundaries import Boundaries
from segmentation.domain.evaluation_result import PROFILING_REFUSED
from segmentation.memberships.repository import memberships as repository
from segmentation.memberships.schemas import CustomerSegments, CustomerValue, Member, Membership
from segmentation.value.repository.boundaries import find_boundaries


async def list_members(uow: UnitOfWork, ref: UUID | str, query: PageQuery) -> Page[Member]:
    """Return the announced members of a segment by ascending id."""
    segment = await find_segment(uow, ref)
    after = query.after(UUID)
    rows = await repository.list_members(uow.connection, segment.segment_id, after[0] if after else None, query.limit)
    return Page.of(rows, query.limit, cursor_of=lambda row: (row.customer_id,), item_of=_member)


async def read_customer_segments(uow: UnitOfWork, ref: str) -> CustomerSegments:
    """Return a customer's segments and value; raise 404 for an unknown customer."""
    parsed = CustomerRef.parse(ref)
    # Facts of a customer may arrive, and be evaluated, before the customer's own state.
    customer_id = await find(uow.connection, parsed) or parsed.id
    row = await repository.find_evaluated_customer(uow.connection, customer_id) if customer_id else None
    if row is None or customer_id is None:
        raise unknown_customer(ref)
    boundaries = await find_boundaries(uow.connection)
    memberships = await repository.list_memberships(uow.connection, customer_id)
    return CustomerSegments(
        customer_id=customer_id,
        as_of=row.evaluated_at,
        next_evaluation_at=row.next_due_at,
        segments=[_membership(membership) for membership in memberships],
        value=_value(row, boundaries, uow.now.astimezone(UTC).date(), uow.resources.reporting_currency),
    )


def _value(row: Row, boundaries: Boundaries | None, today: date, currency: str) -> CustomerValue:
    rfm = None
    if boundaries is not None and row.rfm_recency is not None:
        # The recency score is computed when it is read: no evaluation updates a score on which no rule depends.
        recency = boundaries.recency_score(max((today - row.last_purchase).days, 0))
        rfm = Rfm(recency=recency, frequency=row.rfm_frequency, monetary=row.rfm_monetary)
    ranked = boundaries is not None and row.tier is not None
    return CustomerValue(
        tier=row.tier,
        service_tier=row.service_tier,
        rfm=rfm,
        unknown_reason=None if row.tier else _unknown_reason(row),
        percentile=boundaries.percentile(row.monetary) if boundaries and ranked else None,
        net_amount=MoneySum.stored(row.monetary, currency).amount,
        purchases=row.frequency,
        last_purchase=row.last_purchase,
        boundaries_version=row.boundaries_version,
    )


def _unknown_reason(row: Row) -> str:
    """Return the reason for no tier."""
    if not row.profiled:
        return PROFILING_REFUSED
    return "no-boundaries-yet" if row.boundaries_version is None else "no-purchase-in-window"


def _member(row: Row) -> Member:
    return Member(
        customer_id=row.customer_id,
        version=row.version,
        since=row.since,
        cause_id=row.cause_id,
        event_id=row.event_id,
    )


def _membership(row: Row) -> Membership:
    return Membership(
        segment_id=row.segment_id,
        key=row.key,
        version=row.version,
        since=row.since,
        cause_id=row.cause_id,
        event_id=row.event_id,
    )
