"""The status of a customer's contracts at a moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract in the state of its newest fact."""

    contract_id: UUID
    customer_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    fact_id: UUID
    """The newest fact of the contract, which is the cause of events that its end leads to."""

    @property
    def never_ran(self) -> bool:
        """Whether the contract ends no later than it starts: it was cancelled before."""
        return self.ends_at is not None and self.ends_at <= self.starts_at


@dataclass(frozen=True, slots=True)
class ContractStatus:
    """A customer's contracts at a moment; a contract that starts later counts as active."""

    active: int = 0
    active_until: datetime | None = None
    """The end of the last active contract, if every active contract has an end."""
    last_end: datetime | None = None
    """The end of the last contract that has ended."""
    ended_by: UUID | None = None
    """The fact that ended that contract."""


def status_at(contracts: Iterable[Contract], moment: datetime) -> ContractStatus:
    """Return the status of one customer's contracts; a contract ends at `ends_at`, cancelled or agreed.

    Contracts that never ran were neither held nor left.
    """
    contracts = [contract for contract in contracts if not contract.never_ran]
    active = [contract for contract in contracts if contract.ends_at is None or contract.ends_at > moment]
    ended = [(c.ends_at, c.fact_id) for c in contracts if c.ends_at is not None and c.ends_at <= moment]
    ends = [contract.ends_at for contract in active if contract.ends_at is not None]
    last_end, ended_by = max(ended, default=(None, None))
    return ContractStatus(
        active=len(active),
        active_until=max(ends) if ends and len(ends) == len(active) else None,
        last_end=last_end,
        ended_by=ended_by,
    )


NO_CONTRACTS = ContractStatus()
