"""Changes the value policy; shows the boundaries computed by it."""

from decimal import Decimal
from functools import partial

from lealtad.db import Row
from lealtad.http import Answer, Page, PageQuery
from lealtad.money import Money
from lealtad.unit_of_work import UnitOfWork
from segmentation.definitions.queries import rulebook
from segmentation.domain.sweeps import SweepReason
from segmentation.domain.value_policy import ValuePolicy
from segmentation.memberships.repository import sweeps
from segmentation.value.models import VALUE_POLICY
from segmentation.value.repository import boundaries as repository
from segmentation.value.schemas import BoundariesOut


async def change(uow: UnitOfWork, wanted: ValuePolicy, *, if_match: str | None, by: str) -> Answer:
    """Put another policy in force; boundaries by it are computed as soon as the amounts of its window are known."""
    # The schedule is locked before the rulebook, as by whoever computes boundaries.
    await repository.schedule(uow.connection, uow.now)
    await rulebook.replace(uow.connection)
    known = await VALUE_POLICY.in_force(uow.connection)
    changed = await VALUE_POLICY.replace(uow, wanted, if_match=if_match, by=by)
    if wanted.window_days != known.policy.window_days:
        await sweeps.begin(uow.connection, SweepReason.WINDOW, uow.now)
    return VALUE_POLICY.answer(changed)


async def read_boundaries(uow: UnitOfWork, query: PageQuery) -> Page[BoundariesOut]:
    """Show the boundaries, the newest first."""
    before = query.after(int)
    rows = await repository.boundaries_before(uow.connection, before[0] if before else None, query.limit)
    return Page.of(
        rows,
        query.limit,
        cursor_of=lambda row: (row.version,),
        item_of=partial(_shown, uow.resources.reporting_currency),
    )


def _shown(currency: str, row: Row) -> BoundariesOut:
    stored = row.boundaries
    amounts = [_amount(amount, currency) for amount in stored["monetary"]]
    tiers = [{**tier, "from_amount": _amount(tier["from_amount"], currency)} for tier in stored["tiers"]]
    return BoundariesOut.model_validate(
        {
            **stored,
            "monetary": amounts,
            "tiers": tiers,
            "version": row.version,
            "policy_version": row.policy_version,
        }
    )


def _amount(stored: str | None, currency: str) -> Decimal | None:
    return None if stored is None else Money.stored(Decimal(stored), currency).amount
