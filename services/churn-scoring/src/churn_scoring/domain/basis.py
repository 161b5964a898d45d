"""The basis of a customer's score: purchases, contracts, or no history yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from churn_scoring.domain.contracts import NO_CONTRACTS, ContractStatus
from churn_scoring.domain.features import Profile


class Basis(StrEnum):
    """The meaning of leaving for a customer, which selects the model."""

    INACTIVITY = "inactivity"
    """The customer bought before; leaving is no purchase within the horizon."""
    CONTRACT = "contract"
    """The customer holds a contract and never bought; leaving is its end within the horizon."""
    CONTRACT_ENDING = "contract-ending"
    """As CONTRACT, and the last contract is agreed or announced to end within the horizon."""
    WITHDRAWN = "withdrawn"
    """The last contract ended and no purchase followed; the customer has left."""


KIND_OF = {
    Basis.INACTIVITY: "inactivity",
    Basis.CONTRACT: "contract",
    Basis.CONTRACT_ENDING: "contract",
    Basis.WITHDRAWN: "withdrawn",
}
"""The published kind of each basis."""


class NoScoreReason(StrEnum):
    """The reason why a customer has no score."""

    NO_HISTORY = "no-history"
    MERGED = "merged"
    ERASED = "erased"
    PROFILING_REFUSED = "profiling-refused"
    """The customer objected to profiling, or gave no consent where consent is needed."""


@dataclass(frozen=True, slots=True)
class LastPublished:
    """The last published score, if only time has passed since; it holds within the drift."""

    kind: str
    probability: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class ScoringInput:
    """A customer to assess; `exclusion` is set for merged, erased and profiling-refusing customers."""

    profile: Profile
    contracts: ContractStatus = NO_CONTRACTS
    exclusion: NoScoreReason | None = None
    last_published: LastPublished | None = None

    @property
    def customer_id(self) -> UUID:
        """Return the id of the customer."""
        return self.profile.history.customer_id


def determine_basis(scoring_input: ScoringInput, now: datetime, horizon_days: int) -> Basis | NoScoreReason:
    """Return the basis of the score of `scoring_input` at `now`, or the reason for no score."""
    if scoring_input.exclusion:
        return scoring_input.exclusion
    contracts, bought_at = scoring_input.contracts, scoring_input.profile.history.last_purchase_at
    ended = contracts.last_end if contracts.active == 0 else None
    if ended is not None and (bought_at is None or bought_at < ended):
        return Basis.WITHDRAWN
    if bought_at is not None:
        return Basis.INACTIVITY
    if contracts.active == 0:
        return NoScoreReason.NO_HISTORY
    ends = contracts.active_until
    within = ends is not None and ends <= now + timedelta(days=horizon_days)
    return Basis.CONTRACT_ENDING if within else Basis.CONTRACT
