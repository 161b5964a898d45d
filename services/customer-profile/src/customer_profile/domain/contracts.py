"""A contract from its start over its changes to its one cancellation."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID


class ContractConflictError(Exception):
    """The state of the contract does not allow the change; the message names the reason."""


@dataclass(frozen=True, slots=True)
class Contract:
    """The state of a contract since `changed_at` (business time)."""

    id: UUID
    customer_id: UUID
    product_line: str
    monthly_amount: Decimal
    starts_at: datetime
    ends_at: datetime | None
    changed_at: datetime
    cancelled_at: datetime | None = None
    cancellation_reason: str | None = None

    def change(
        self,
        at: datetime,
        *,
        product_line: str | None = None,
        monthly_amount: Decimal | None = None,
        ends_at: datetime | None = None,
    ) -> "Contract":
        """Return the contract with the given values replaced; raise ContractConflictError."""
        self._require_changeable(at)
        self._require_end_after_start(ends_at)
        return replace(
            self,
            product_line=product_line or self.product_line,
            monthly_amount=self.monthly_amount if monthly_amount is None else monthly_amount,
            ends_at=ends_at or self.ends_at,
            changed_at=at,
        )

    def cancel(self, at: datetime, effective_at: datetime) -> "Contract":
        """Return the contract cancelled at `at`, ending at `effective_at`; raise ContractConflictError."""
        self._require_changeable(at)
        self._require_end_after_start(effective_at)
        return replace(self, ends_at=effective_at, cancelled_at=at, changed_at=at)

    def is_active(self, at: datetime) -> bool:
        """Return whether the contract runs at `at`; it does not at the moment of its end."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    def _require_changeable(self, at: datetime) -> None:
        if self.cancelled_at is not None:
            raise ContractConflictError(f"it was cancelled at {self.cancelled_at.isoformat()} and cannot change")
        if at < self.changed_at:
            raise ContractConflictError(f"a later change, of {self.changed_at.isoformat()}, is already recorded")

    def _require_end_after_start(self, ends_at: datetime | None) -> None:
        if ends_at is not None and ends_at < self.starts_at:
            raise ContractConflictError(f"it starts at {self.starts_at.isoformat()} and cannot end before that")
