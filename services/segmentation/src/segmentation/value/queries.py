"""Queries of the boundaries."""

from decimal import Decimal
from functools import partial

from lealtad.db import Row
from lealtad.http import Page, PageQuery
from lealtad.money import MoneySum
from lealtad.unit_of_work import UnitOfWork
from segmentation.value.repository import boundaries as repository
from segmentation.value.schemas import ValueBoundaries


async def list_boundaries(uow: UnitOfWork, query: PageQuery) -> Page[ValueBoundaries]:
    """Return the versions of the boundaries, the newest first."""
    before = query.after(int)
    rows = await repository.list_boundaries(uow.connection, before[0] if before else None, query.limit)
    return Page.of(
        rows,
        query.limit,
        cursor_of=lambda row: (row.version,),
        item_of=partial(_boundaries, uow.resources.reporting_currency),
    )


def _boundaries(currency: str, row: Row) -> ValueBoundaries:
    stored = row.boundaries
    amounts = [_amount(amount, currency) for amount in stored["monetary"]]
    tiers = [{**tier, "from_amount": _amount(tier["from_amount"], currency)} for tier in stored["tiers"]]
    return ValueBoundaries.model_validate(
        {
            **stored,
            "monetary": amounts,
            "tiers": tiers,
            "version": row.version,
            "policy_version": row.policy_version,
        }
    )


def _amount(stored: str | None, currency: str) -> Decimal | None:
    return None if stored is None else MoneySum.stored(Decimal(stored), currency).amount
