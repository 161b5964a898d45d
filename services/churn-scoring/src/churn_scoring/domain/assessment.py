"""The assessment of customers: basis and score of today, and when time alone will change the score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from churn_scoring.domain.basis import KIND_OF, Basis, LastPublished, NoScoreReason, ScoringInput, determine_basis
from churn_scoring.domain.facts import day_of, start_of
from churn_scoring.domain.features import Columns, Floats, columns_of, feature_rows
from churn_scoring.domain.models import ChurnModel, ContractModel
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.domain.reasons import Reason, reason_of_newcomer, reasons_for
from churn_scoring.domain.value import ValueModel, expected_value, learned_value, published_value, value_at_risk

CERTAIN = Decimal(1)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The result of an evaluation; without a score, `no_score` holds the reason."""

    customer_id: UUID
    basis: Basis | None = None
    no_score: NoScoreReason | None = None
    risk: float | None = None
    """The exact probability of leaving."""
    probability: Decimal | None = None
    """The published probability, on the grid."""
    band: str | None = None
    expected_value: Decimal = Decimal(0)
    value_at_risk: Decimal = Decimal(0)
    published_value: Decimal = Decimal(0)
    """The published expected value, on the steps of the policy."""
    published_at_risk: Decimal = Decimal(0)
    """The part of the published value that is at risk."""
    next_due_at: datetime | None = None
    ended_by: UUID | None = None
    """The fact that ended the last contract, if the basis is withdrawal."""


class Assessor:
    """A model and a policy, applied to customers at a moment of business time.

    Scores count time in whole UTC days, so evaluations of the same facts on one day are equal.
    """

    def __init__(
        self,
        model: ChurnModel,
        policy: ScoringPolicy,
        now: datetime,
        currency: str,
        value: ValueModel | None = None,
    ) -> None:
        contract = policy.contract
        self.value = value
        self.policy, self.now, self.day, self.currency = policy, now, day_of(now), currency
        self.models: dict[Basis, ChurnModel] = {
            Basis.INACTIVITY: model,
            Basis.CONTRACT: ContractModel(float(contract.probability), policy.evidence),
            Basis.CONTRACT_ENDING: ContractModel(float(contract.ending_probability), policy.evidence),
        }

    def assess(self, inputs: Sequence[ScoringInput]) -> list[Assessment]:
        """Return one assessment per input, in the order of the inputs."""
        found: dict[UUID, Assessment] = {}
        for basis, group in self._by_basis(inputs).items():
            match basis:
                case NoScoreReason():
                    found |= {item.customer_id: Assessment(item.customer_id, no_score=basis) for item in group}
                case Basis.WITHDRAWN:
                    found |= {item.customer_id: self._assess_withdrawn(item) for item in group}
                case _:
                    found |= {modelled.customer_id: modelled for modelled in self._assess_by_model(basis, group)}
        return [found[item.customer_id] for item in inputs]

    def explain(self, inputs: Sequence[ScoringInput]) -> dict[UUID, list[Reason]]:
        """Return the main reasons of each score, the strongest first; customers without a score are left out."""
        reasons: dict[UUID, list[Reason]] = {}
        for basis, group in self._by_basis(inputs).items():
            if basis is Basis.WITHDRAWN:
                reasons |= {item.customer_id: [_withdrawal_reason(item)] for item in group}
            elif isinstance(basis, Basis):
                profiles = [item.profile for item in group]
                reasons_by_input = reasons_for(self.models[basis], profiles, columns_of(profiles), self.day)
                for item, model_reasons in zip(group, reasons_by_input, strict=True):
                    all_reasons = [*self._contract_reason(basis, item), *model_reasons]
                    reasons[item.customer_id] = all_reasons or [reason_of_newcomer(item.profile)]
        return reasons

    def _by_basis(self, inputs: Sequence[ScoringInput]) -> dict[Basis | NoScoreReason, list[ScoringInput]]:
        groups: dict[Basis | NoScoreReason, list[ScoringInput]] = {}
        for item in inputs:
            groups.setdefault(determine_basis(item, self.now, self.policy.horizon_days), []).append(item)
        return groups

    def _assess_withdrawn(self, item: ScoringInput) -> Assessment:
        expected, last = self._expected(item), _last_published(Basis.WITHDRAWN, item)
        published = last.value if last else self._published(expected)
        return Assessment(
            customer_id=item.customer_id,
            basis=Basis.WITHDRAWN,
            risk=1.0,
            probability=CERTAIN,
            band=self.policy.band_of(CERTAIN),
            expected_value=expected,
            value_at_risk=value_at_risk(CERTAIN, expected, self.currency),
            published_value=published,
            published_at_risk=value_at_risk(CERTAIN, published, self.currency),
            ended_by=item.contracts.ended_by,
        )

    def _assess_by_model(self, basis: Basis, group: Sequence[ScoringInput]) -> list[Assessment]:
        columns = columns_of([item.profile for item in group])
        risks, steps = self._outlook(self.models[basis], columns)
        last_published = [_last_published(basis, item) for item in group]
        published = self.policy.steps_to_publish(
            steps[0], [last.probability if last else None for last in last_published]
        )
        changes = self.policy.days_until_change(steps, published)
        return [
            self._assess_with_step(basis, item, float(risks[place]), int(published[place]), int(changes[place]))
            for place, item in enumerate(group)
        ]

    def _outlook(self, model: ChurnModel, columns: Columns) -> tuple[Floats, NDArray[np.int64]]:
        """Return today's risks, and the grid steps of today and the days ahead, one row per day."""
        customers, days = len(columns["day"]), self.policy.recheck_days + 1
        ahead = np.repeat(np.arange(self.day, self.day + days, dtype=np.float64), customers)
        rows = feature_rows({name: np.tile(values, days) for name, values in columns.items()}, ahead)
        risks = model.probabilities(rows).reshape(days, customers)
        return risks[0], self.policy.steps(risks)

    def _assess_with_step(
        self, basis: Basis, item: ScoringInput, risk: float, step: int, change_in_days: int
    ) -> Assessment:
        probability, last = self.policy.published(step), _last_published(basis, item)
        expected = self._expected(item)
        value = last.value if last and last.probability == probability else self._published(expected)
        return Assessment(
            customer_id=item.customer_id,
            basis=basis,
            risk=risk,
            probability=probability,
            band=self.policy.band_of(probability),
            expected_value=expected,
            value_at_risk=value_at_risk(probability, expected, self.currency),
            published_value=value,
            published_at_risk=value_at_risk(probability, value, self.currency),
            next_due_at=min([start_of(self.day + change_in_days), *self._contract_change_times(item)]),
        )

    def _contract_change_times(self, item: ScoringInput) -> list[datetime]:
        """Return the times at which contracts alone will change the basis of the score."""
        ends = item.contracts.active_until
        if ends is None:
            return []
        changes = (ends - timedelta(days=self.policy.horizon_days), ends)
        return [change for change in changes if change > self.now]

    def _expected(self, item: ScoringInput) -> Decimal:
        history, policy = item.profile.history, self.policy
        if self.value is not None:
            return learned_value(history, self.day, self.value, self.currency)
        return expected_value(history, self.day, policy.horizon_days, policy.value, self.currency)

    def _published(self, expected: Decimal) -> Decimal:
        return published_value(expected, self.policy.value.step, self.currency)

    def _contract_reason(self, basis: Basis, item: ScoringInput) -> list[Reason]:
        if basis is Basis.CONTRACT:
            return [Reason("contract-active", "A contract runs; nothing was bought yet", 0.0)]
        ends = item.contracts.active_until
        if basis is not Basis.CONTRACT_ENDING or ends is None:
            return []
        effect = float(self.policy.contract.ending_probability - self.policy.contract.probability)
        return [Reason("contract-ending", f"The last contract ends on {ends:%Y-%m-%d}", effect)]


def _last_published(basis: Basis, item: ScoringInput) -> LastPublished | None:
    return item.last_published if item.last_published and item.last_published.kind == KIND_OF[basis] else None


def _withdrawal_reason(item: ScoringInput) -> Reason:
    ended = item.contracts.last_end
    return Reason("contract-ended", f"The last contract ended on {ended:%Y-%m-%d}; nothing was bought since", 1.0)
