"""On what a customer's score rests: on purchases, on contracts, or on nothing yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from churn_scoring.domain.contracts import NO_CONTRACTS, ContractStatus
from churn_scoring.domain.features import Profile


class Basis(StrEnum):
    """What leaving means for a customer, and which model says how likely it is."""

    INACTIVITY = "inactivity"
    """Bought before: no purchase within the horizon."""
    CONTRACT = "contract"
    """Holds a contract and never bought: its end within the horizon."""
    CONTRACT_ENDING = "contract-ending"
    """The same, and the end of the last contract within the horizon is agreed or announced."""
    WITHDRAWN = "withdrawn"
    """The last contract has ended and nothing was bought since: has left."""


KIND_OF = {
    Basis.INACTIVITY: "inactivity",
    Basis.CONTRACT: "contract",
    Basis.CONTRACT_ENDING: "contract",
    Basis.WITHDRAWN: "withdrawn",
}
"""What other services are told of the basis of a score."""


class NoScoreReason(StrEnum):
    """Why a customer has no score."""

    NO_HISTORY = "no-history"
    MERGED = "merged"
    ERASED = "erased"
    PROFILING_REFUSED = "profiling-refused"
    """The customer objects to profiling, or has not consented where that is needed."""


@dataclass(frozen=True, slots=True)
class LastPublished:
    """What was published, where nothing but time has gone by since: it holds within the drift."""

    kind: str
    probability: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class ScoringInput:
    """A customer to assess; `exclusion` when the record was merged or erased, or the customer may not be profiled."""

    profile: Profile
    contracts: ContractStatus = NO_CONTRACTS
    exclusion: NoScoreReason | None = None
    last_published: LastPublished | None = None

    @property
    def customer_id(self) -> UUID:
        """The customer."""
        return self.profile.history.customer_id


def determine_basis(scoring_input: ScoringInput, now: datetime, horizon_days: int) -> Basis | NoScoreReason:
    """Return on what the score of `scoring_input` rests at `now`."""
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
