"""A contract is the fold of its steps by business time: the order in which they arrive changes nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

_DIGITS = re.compile(r"(\d+)")


class StepKind(StrEnum):
    """The kind of a step; the value is the name of the kind of fact."""

    START = "contract-start"
    CHANGE = "contract-change"
    CANCELLATION = "contract-cancel"
    REVOCATION = "contract-revoke-cancellation"


class NoEffect(StrEnum):
    """Why a step that is kept has no effect at present."""

    START_UNKNOWN = "start-unknown"
    CONTRACT_CANCELLED = "contract-cancelled"
    ALREADY_CANCELLED = "already-cancelled"
    CANCELLATION_REVOKED = "cancellation-revoked"
    NOT_CANCELLED = "not-cancelled"

    @property
    def text(self) -> str:
        """The reason for people."""
        return _TEXTS[self]


_TEXTS = {
    NoEffect.START_UNKNOWN: "The start of the contract is not recorded yet; the step takes effect when it comes",
    NoEffect.CONTRACT_CANCELLED: "The contract was cancelled before; the step takes effect if that is revoked later",
    NoEffect.ALREADY_CANCELLED: "The contract was cancelled before; the first cancellation counts",
    NoEffect.CANCELLATION_REVOKED: "The cancellation was revoked",
    NoEffect.NOT_CANCELLED: "There was no cancellation to revoke at that time",
}


class ContractStatus(StrEnum):
    """The status of a contract at a moment."""

    PENDING_START = "pending-start"
    RUNNING = "running"
    CANCELLED = "cancelled"
    ENDED = "ended"
    NEVER_RAN = "never-ran"


class ContractConflictError(Exception):
    """The start of the contract does not allow the step; the message names the reason."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms that a step states; None leaves a term as it is."""

    product_line: str | None = None
    monthly_amount: Decimal | None = None
    ends_at: datetime | None = None
    open_ended: bool = False
    """Whether the step takes the end away."""


@dataclass(frozen=True, slots=True)
class Step:
    """A recorded step of a contract."""

    id: UUID
    kind: StepKind
    occurred_at: datetime
    source: tuple[str, str]
    """System and id of the fact there."""
    terms: Terms
    reason: str | None = None

    @property
    def order(self) -> Any:
        """The place among the steps: business time, then the source's own numbering (K-9 comes before K-10).

        Both belong to the step itself. The order in which steps arrive decides nothing.
        """
        system, fact_id = self.source
        # Texts and numbers alternate in a split, so that equal places hold equal types.
        numbering = [int(part) if place % 2 else part for place, part in enumerate(_DIGITS.split(fact_id))]
        return self.occurred_at, numbering, fact_id, system


@dataclass(frozen=True, slots=True)
class Contract:
    """The present state of a contract."""

    id: UUID
    customer_id: UUID
    product_line: str
    monthly_amount: Decimal
    starts_at: datetime
    ends_at: datetime | None
    changed_at: datetime
    """The business time of the newest step."""
    cancelled_at: datetime | None = None
    cancellation_reason: str | None = None
    version: int = 1
    """Grows with each step that becomes known."""

    @property
    def never_ran(self) -> bool:
        """Whether the contract ended no later than it starts."""
        return self.ends_at is not None and self.ends_at <= self.starts_at

    def is_active(self, at: datetime) -> bool:
        """Return whether the contract runs at `at`; it does not at the moment of its end."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    def status(self, at: datetime) -> ContractStatus:
        """Return the status at `at`; a cancelled contract may run until its end."""
        if self.never_ran:
            return ContractStatus.NEVER_RAN
        if self.cancelled_at is not None:
            return ContractStatus.CANCELLED
        if self.ends_at is not None and self.ends_at <= at:
            return ContractStatus.ENDED
        return ContractStatus.PENDING_START if at < self.starts_at else ContractStatus.RUNNING


@dataclass(frozen=True, slots=True)
class ContractHistory:
    """All recorded steps of a contract."""

    signed: Contract
    """The contract as its start states it; `changed_at` is the time of signing."""
    steps: tuple[Step, ...] = ()
    version: int = 1

    @property
    def id(self) -> UUID:
        """The id of the contract."""
        return self.signed.id

    @property
    def customer_id(self) -> UUID:
        """The customer of the contract."""
        return self.signed.customer_id

    def with_step(self, step: Step) -> "ContractHistory":
        """Return the history with one more step; raise ContractConflictError if the start does not allow it."""
        self._require_possible(step)
        return replace(self, steps=(*self.steps, step), version=self.version + 1)

    def contract(self) -> Contract:
        """Return the present state."""
        steps, standing = order_of(self.steps), self._standing_cancellation()
        contract = replace(self.signed, version=self.version)
        for step in steps:
            if step.kind is StepKind.CHANGE and (standing is None or step.order < standing.order):
                contract = _changed(contract, step.terms)
        if standing:
            contract = replace(
                contract,
                ends_at=standing.terms.ends_at,
                cancelled_at=standing.occurred_at,
                cancellation_reason=standing.reason,
            )
        return replace(contract, changed_at=max([contract.changed_at, *(step.occurred_at for step in steps)]))

    def no_effects(self) -> dict[UUID, NoEffect]:
        """Return why steps have no effect at present; all other steps are in effect."""
        standing, cancelled, reasons = self._standing_cancellation(), False, {}
        for step in order_of(self.steps):
            if step.kind is StepKind.REVOCATION:
                if not cancelled:
                    reasons[step.id] = NoEffect.NOT_CANCELLED
                cancelled = False
            elif step.kind is StepKind.CANCELLATION:
                cancelled = True
                if standing is None or step.order < standing.order:
                    reasons[step.id] = NoEffect.CANCELLATION_REVOKED
                elif step.id != standing.id:
                    reasons[step.id] = NoEffect.ALREADY_CANCELLED
            elif standing and standing.order < step.order:
                reasons[step.id] = NoEffect.CONTRACT_CANCELLED
        return reasons

    def _standing_cancellation(self) -> Step | None:
        """Return the first cancellation after the last revocation: a revocation undoes every one before it."""
        standing = None
        for step in order_of(self.steps):
            if step.kind is StepKind.CANCELLATION:
                standing = standing or step
            elif step.kind is StepKind.REVOCATION:
                standing = None
        return standing

    def _require_possible(self, step: Step) -> None:
        signed = self.signed
        if step.kind is not StepKind.CHANGE:
            return
        if step.occurred_at < signed.changed_at:
            raise ContractConflictError(f"it was signed at {signed.changed_at.isoformat()}, after this change")
        if step.terms.ends_at is not None and step.terms.ends_at < signed.starts_at:
            raise ContractConflictError(
                f"it starts at {signed.starts_at.isoformat()} and cannot be agreed to end before that; a cancellation "
                "before the start says that it never ran"
            )


def order_of(steps: Iterable[Step]) -> list[Step]:
    """Return steps in the order in which a contract folds them."""
    return sorted(steps, key=lambda step: step.order)


def _changed(contract: Contract, terms: Terms) -> Contract:
    ends_at = None if terms.open_ended else terms.ends_at or contract.ends_at
    return replace(
        contract,
        product_line=terms.product_line or contract.product_line,
        monthly_amount=contract.monthly_amount if terms.monthly_amount is None else terms.monthly_amount,
        ends_at=ends_at,
    )
