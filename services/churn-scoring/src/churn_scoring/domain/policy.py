"""The scoring policy: all settings of scores that a manager tunes, in one versioned document with defaults."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from math import ceil
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from lealtad.scalars import ExactNumber, Number, WholeNumber

Floats = NDArray[np.float64]
Probability = Annotated[ExactNumber, Field(ge=0, le=1, max_digits=6, decimal_places=5)]
BandName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", examples=["high"])]
EVIDENCE = ("open_cases", "complaints_90", "payment_failures_90", "negative_touchpoints_90", "returns_90")


def _violation(message: str) -> PydanticCustomError:
    return PydanticCustomError("scoring-policy", "{message}", {"message": message})


class Document(BaseModel):
    """Part of the policy, frozen and without additional fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Band(Document):
    """A named range of the published score."""

    name: BandName
    from_probability: Probability = Field(description="The band begins here (included)")


class Prior(Document):
    """BG/NBD parameters before the first fit, time in days; `lealtad_demo.churn_prior` computes the defaults."""

    r: Number = Field(default=0.93, ge=0.001, le=100)
    alpha: Number = Field(default=67.5, ge=0.01, le=10_000)
    a: Number = Field(default=0.63, ge=0.001, le=100)
    b: Number = Field(default=7.4, ge=0.001, le=1_000)


class Evidence(Document):
    """The change of the log-odds of leaving by one observation, until a model has learned it."""

    feature: str = Field(max_length=80, description="One of " + ", ".join(EVIDENCE))
    log_odds: Number = Field(ge=-5, le=5, description="Per unit of the feature")
    cap: Number = Field(gt=0, le=100, description="More units than this change nothing further")

    @field_validator("feature")
    @classmethod
    def _require_evidence_feature(cls, feature: str) -> str:
        if feature not in EVIDENCE:
            raise _violation(f"is no evidence feature; choose one of {', '.join(EVIDENCE)}")
        return feature


class ContractPrior(Document):
    """Scores of customers who hold a contract and never bought."""

    probability: Probability = Field(default=Decimal("0.08"), description="While no end is agreed")
    ending_probability: Probability = Field(
        default=Decimal("0.90"), description="Once the last contract is to end within the horizon"
    )


class ValuePrior(Document):
    """The expected spending of a customer without own history."""

    daily_spend: ExactNumber = Field(
        default=Decimal("0.50"), ge=0, max_digits=12, decimal_places=4, description="Reporting currency a day"
    )
    weight_days: WholeNumber = Field(default=90, ge=1, le=3650, description="Days of own history that weigh the same")
    step: ExactNumber = Field(
        default=Decimal("0.20"),
        ge=Decimal("0.01"),
        le=1,
        max_digits=4,
        decimal_places=3,
        description="Relative step between published expected values: less change is not announced",
    )


class Training(Document):
    """The customers and points in time from which models learn."""

    active_days: WholeNumber = Field(default=180, ge=30, le=1095, description="Days since the last purchase, at most")
    cutoffs: WholeNumber = Field(default=3, ge=1, le=12, description="Points in time to learn from, the newest ones")
    step_days: WholeNumber = Field(default=30, ge=7, le=365, description="Days between them")
    fewest_customers: WholeNumber = Field(
        default=300, ge=50, le=1_000_000_000, description="Per point in time; with fewer nothing is trained"
    )


def _default_bands() -> tuple[Band, ...]:
    starts = (("low", "0"), ("medium", "0.30"), ("high", "0.60"), ("critical", "0.80"))
    return tuple(Band(name=name, from_probability=Decimal(start)) for name, start in starts)


def _default_evidence() -> tuple[Evidence, ...]:
    return (
        Evidence(feature="open_cases", log_odds=0.3, cap=3),
        Evidence(feature="complaints_90", log_odds=0.4, cap=4),
        Evidence(feature="payment_failures_90", log_odds=0.3, cap=3),
        Evidence(feature="negative_touchpoints_90", log_odds=0.15, cap=4),
    )


class ScoringPolicy(Document):
    """All settings of scoring; ADR churn-scoring-policy explains the defaults."""

    horizon_days: WholeNumber = Field(default=90, ge=7, le=730, description="Leaving = no purchase for so long")
    grid: ExactNumber = Field(
        default=Decimal("0.02"),
        gt=0,
        le=Decimal("0.25"),
        max_digits=5,
        decimal_places=4,
        description="Step between published probabilities; as many decimals as events carry",
    )
    drift: Probability = Field(
        default=Decimal("0.06"), gt=0, le=Decimal("0.5"), description="Smallest change that time alone announces"
    )
    recheck_days: WholeNumber = Field(
        default=14, ge=1, le=90, description="Longest time between two evaluations of a score"
    )
    bands: tuple[Band, ...] = Field(default_factory=_default_bands, min_length=1, max_length=10)
    prior: Prior = Prior()
    evidence: tuple[Evidence, ...] = Field(default_factory=_default_evidence, max_length=len(EVIDENCE))
    contract: ContractPrior = ContractPrior()
    value: ValuePrior = ValuePrior()
    training: Training = Training()

    @field_validator("bands")
    @classmethod
    def _require_full_cover(cls, bands: tuple[Band, ...]) -> tuple[Band, ...]:
        starts = [band.from_probability for band in bands]
        if starts[0] != 0 or any(left >= right for left, right in pairwise(starts)):
            raise _violation("bands must begin at 0 and rise")
        if len({band.name for band in bands}) != len(bands):
            raise _violation("band names must differ")
        return bands

    @field_validator("evidence")
    @classmethod
    def _require_distinct_features(cls, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        if len({item.feature for item in evidence}) != len(evidence):
            raise _violation("each evidence feature may be named once")
        return evidence

    def steps(self, probabilities: Floats) -> NDArray[np.int64]:
        """Return probabilities as whole steps of the grid, one step or more away from 0 and 1.

        Only an ended contract is certain; the probability of a model never is.
        """
        grid = float(self.grid)
        last = int((1 - self.grid) / self.grid)
        return np.clip(np.rint(probabilities / grid), 1, last).astype(np.int64)

    def steps_to_publish(self, steps: NDArray[np.int64], last_published: Sequence[Decimal | None]) -> NDArray[np.int64]:
        """Return the last published steps where `steps` are within their drift, and `steps` elsewhere.

        `last_published` holds probabilities since whose publication only time has passed.
        """
        before = np.array(
            [steps[place] if last is None else int(last / self.grid) for place, last in enumerate(last_published)],
            np.int64,
        )
        return np.where(self._departs(steps, before), steps, before)

    def days_until_change(self, steps: NDArray[np.int64], published: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the days until each customer must be scored again, given steps by day (rows) and customer (columns).

        A customer is scored again when the step differs from `published` by `drift` or in its band, at the latest on
        the last day given.
        """
        changed = self._departs(steps, published)
        changed[-1] = True
        days: NDArray[np.int64] = changed.argmax(axis=0)
        return days

    def _departs(self, steps: NDArray[np.int64], published: NDArray[np.int64]) -> NDArray[np.bool_]:
        far = np.abs(steps - published) >= ceil(self.drift / self.grid)
        departs: NDArray[np.bool_] = far | (self._bands_of(steps) != self._bands_of(published))
        return departs

    def _bands_of(self, steps: NDArray[np.int64]) -> NDArray[np.int64]:
        starts = [ceil(band.from_probability / self.grid) for band in self.bands]
        return np.searchsorted(starts, steps, side="right")

    def published(self, step: int) -> Decimal:
        """Return the published probability of a grid step."""
        return step * self.grid

    def band_of(self, published: Decimal) -> str:
        """Return the name of the band a published probability falls in."""
        return next(band.name for band in reversed(self.bands) if published >= band.from_probability)
