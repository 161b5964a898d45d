"""Reads who is in a segment, and in which segments a customer is."""

from datetime import UTC, date
from uuid import UUID

from lealtad.customers import find, unknown_customer
from lealtad.db import Row
from lealtad.events.catalog.segmentation import Rfm
from lealtad.http import CustomerRef, Page, PageQuery
from lealtad.money import Money
from lealtad.unit_of_work import UnitOfWork
from segmentation.definitions.queries import segments as definitions
from segmentation.domain.boundaries import Boundaries
from segmentation.domain.evaluated_customer import PROFILING_REFUSED
from segmentation.memberships.repository import memberships as repository
from segmentation.memberships.schemas import CustomerSegments, Member, Membership, Value
from segmentation.value.repository import boundaries as value


async def read_members(uow: UnitOfWork, ref: UUID | str, query: PageQuery) -> Page[Member]:
    """Show the announced members of a segment by ascending id."""
    segment = await definitions.named(uow, ref)
    after = query.after(UUID)
    rows = await repository.members(uow.connection, segment.segment_id, after[0] if after else None, query.limit)
    return Page.of(rows, query.limit, cursor_of=lambda row: (row.customer_id,), item_of=_member)


async def read_customer(uow: UnitOfWork, ref: str) -> CustomerSegments:
    """Show a customer's segments and value."""
    named = CustomerRef.parse(ref)
    # A customer has facts, and so a standing, before the customer's own state arrives.
    customer_id = await find(uow.connection, named) or named.id
    row = await repository.standing_of(uow.connection, customer_id) if customer_id else None
    if row is None or customer_id is None:
        raise unknown_customer(ref)
    boundaries = await value.current_boundaries(uow.connection)
    memberships = await repository.memberships_of(uow.connection, customer_id)
    return CustomerSegments(
        customer_id=customer_id,
        as_of=row.evaluated_at,
        next_evaluation_at=row.next_due_at,
        segments=[_membership(membership) for membership in memberships],
        value=_value(row, boundaries, uow.now.astimezone(UTC).date(), uow.resources.reporting_currency),
    )


def _value(row: Row, boundaries: Boundaries | None, today: date, currency: str) -> Value:
    rfm = None
    if boundaries is not None and row.rfm_recency is not None:
        # Nobody is evaluated anew for a recency score that no rule minds: it is computed when it is read.
        recency = boundaries.recency_score(max((today - row.last_purchase).days, 0))
        rfm = Rfm(recency=recency, frequency=row.rfm_frequency, monetary=row.rfm_monetary)
    ranked = boundaries is not None and row.tier is not None
    return Value(
        tier=row.tier,
        service_tier=row.service_tier,
        rfm=rfm,
        unknown_reason=None if row.tier else _reason(row),
        percentile=boundaries.percentile(row.monetary) if boundaries and ranked else None,
        net_amount=Money.stored(row.monetary, currency).amount,
        purchases=row.frequency,
        last_purchase=row.last_purchase,
        boundaries_version=row.boundaries_version,
    )


def _reason(row: Row) -> str:
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
