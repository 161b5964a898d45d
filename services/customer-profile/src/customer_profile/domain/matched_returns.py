"""A purchase with the returns that are matched to it, whichever of them was recorded first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from customer_profile.domain.returns import ZERO, Line, ReturnablePurchase

MAX_RETURNS = 200
"""Most returns of one purchase; each of them may move the refunds of the others."""

Order = tuple[datetime, str, str]
"""The business time of a return, its system and its fact id: the same, whichever order the facts arrive in."""


class ExceedsPurchaseError(ValueError):
    """More would come back than was bought; the text says what is left."""


@dataclass(frozen=True, slots=True)
class MatchedReturn:
    """A return of a purchase."""

    order: Order
    lines: tuple[Line, ...]
    stated: Decimal | None
    """The refund that the source stated; None: it follows from the lines."""


@dataclass(frozen=True, slots=True)
class ReturnedPurchase:
    """A purchase with its returns and the refund of each; refunds depend on the returns, not on their arrival."""

    bought: ReturnablePurchase
    """The purchase as it was before its returns."""
    left: ReturnablePurchase
    """The purchase after all of its returns."""
    returns: Mapping[UUID, MatchedReturn]
    refunds: Mapping[UUID, Decimal]

    @classmethod
    def of(
        cls,
        bought: ReturnablePurchase,
        returns: Mapping[UUID, MatchedReturn] | None = None,
        refunds: Mapping[UUID, Decimal] | None = None,
    ) -> Self:
        """Return a purchase with these returns, whose refunds are known; without any, the purchase as it was made."""
        left, returns, refunds = bought, returns or {}, refunds or {}
        for return_id, returned in returns.items():
            left = left.after_return(returned.lines, refunds[return_id])
        return cls(bought, left, returns, refunds)

    def with_return(self, return_id: UUID, new: MatchedReturn) -> "ReturnedPurchase":
        """Return the purchase with one more return; raise ExceedsPurchaseError.

        Refunds that are not stated follow from the returns before them in business time. So a return that arrives late
        may change the refunds of later ones.
        """
        if len(self.returns) >= MAX_RETURNS:
            raise ExceedsPurchaseError(f"{MAX_RETURNS} returns of the purchase are recorded, and no more are taken")
        _require(self.left, new.lines, ZERO)
        if any(new.order < known.order for known in self.returns.values()):
            return self._folded({**self.returns, return_id: new})
        refund = self.left.refund_for(new.lines) if new.stated is None else new.stated
        _require(self.left, new.lines, refund)
        left = self.left.after_return(new.lines, refund)
        return replace(
            self, left=left, returns={**self.returns, return_id: new}, refunds={**self.refunds, return_id: refund}
        )

    def _folded(self, returns: Mapping[UUID, MatchedReturn]) -> "ReturnedPurchase":
        left, refunds = self.bought, dict[UUID, Decimal]()
        for return_id, returned in sorted(returns.items(), key=lambda item: item[1].order):
            refunds[return_id] = left.refund_for(returned.lines) if returned.stated is None else returned.stated
            _require(left, returned.lines, refunds[return_id])
            left = left.after_return(returned.lines, refunds[return_id])
        return replace(self, left=left, returns=returns, refunds=refunds)


def _require(left: ReturnablePurchase, lines: tuple[Line, ...], refund: Decimal) -> None:
    if violation := left.violation(lines, refund):
        raise ExceedsPurchaseError(violation)
