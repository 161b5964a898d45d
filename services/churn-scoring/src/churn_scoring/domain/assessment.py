"""Assessing customers: who is scored and how, the score of today, and when time alone will change it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from churn_scoring.domain.basis import KIND_OF, Basis, Held, NoScore, Subject, basis_of
from churn_scoring.domain.facts import day_of, start_of
from churn_scoring.domain.features import Columns, Floats, columns_of, feature_rows
from churn_scoring.domain.models import ChurnModel, ContractModel
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.domain.reasons import Reason, newcomers_reason, reasons_for
from churn_scoring.domain.value import expected_value, published_value, value_at_risk

CERTAIN = Decimal(1)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an evaluation found; without a score, `no_score` says why."""

    customer_id: UUID
    basis: Basis | None = None
    no_score: NoScore | None = None
    risk: float | None = None
    """The exact probability of leaving."""
    probability: Decimal | None = None
    """The published one, on the grid."""
    band: str | None = None
    expected_value: Decimal = Decimal(0)
    value_at_risk: Decimal = Decimal(0)
    published_value: Decimal = Decimal(0)
    """The expected value as it is published, on the steps of the policy."""
    next_due_at: datetime | None = None
    ended_by: UUID | None = None
    """The fact that ended the last contract, where that is what the score rests on."""


class Assessor:
    """A model and a policy at a moment of business time, applied to customers.

    Scores count time in whole UTC days: evaluations of the same facts on one day are equal.
    """

    def __init__(self, model: ChurnModel, policy: ScoringPolicy, now: datetime, currency: str) -> None:
        contract = policy.contract
        self.policy, self.now, self.day, self.currency = policy, now, day_of(now), currency
        self.models: dict[Basis, ChurnModel] = {
            Basis.INACTIVITY: model,
            Basis.CONTRACT: ContractModel(float(contract.probability), policy.evidence),
            Basis.CONTRACT_ENDING: ContractModel(float(contract.ending_probability), policy.evidence),
        }

    def assess(self, subjects: Sequence[Subject]) -> list[Assessment]:
        """Return one assessment per subject, in their order."""
        found: dict[UUID, Assessment] = {}
        for basis, group in self._by_basis(subjects).items():
            match basis:
                case NoScore():
                    found |= {subject.customer_id: Assessment(subject.customer_id, no_score=basis) for subject in group}
                case Basis.WITHDRAWN:
                    found |= {subject.customer_id: self._withdrawn(subject) for subject in group}
                case _:
                    found |= {item.customer_id: item for item in self._modelled(basis, group)}
        return [found[subject.customer_id] for subject in subjects]

    def explain(self, subjects: Sequence[Subject]) -> dict[UUID, list[Reason]]:
        """Return the main reasons of the subjects' scores, the strongest first; none where there is no score."""
        reasons: dict[UUID, list[Reason]] = {}
        for basis, group in self._by_basis(subjects).items():
            if basis is Basis.WITHDRAWN:
                reasons |= {subject.customer_id: [_withdrawal(subject)] for subject in group}
            elif isinstance(basis, Basis):
                profiles = [subject.profile for subject in group]
                told = reasons_for(self.models[basis], profiles, columns_of(profiles), self.day)
                for subject, own in zip(group, told, strict=True):
                    known = [*self._contract_reason(basis, subject), *own]
                    reasons[subject.customer_id] = known or [newcomers_reason(subject.profile)]
        return reasons

    def _by_basis(self, subjects: Sequence[Subject]) -> dict[Basis | NoScore, list[Subject]]:
        groups: dict[Basis | NoScore, list[Subject]] = {}
        for subject in subjects:
            groups.setdefault(basis_of(subject, self.now, self.policy.horizon_days), []).append(subject)
        return groups

    def _withdrawn(self, subject: Subject) -> Assessment:
        expected, held = self._expected(subject), _held(Basis.WITHDRAWN, subject)
        return Assessment(
            customer_id=subject.customer_id,
            basis=Basis.WITHDRAWN,
            risk=1.0,
            probability=CERTAIN,
            band=self.policy.band_of(CERTAIN),
            expected_value=expected,
            value_at_risk=value_at_risk(CERTAIN, expected, self.currency),
            published_value=held.value if held else self._published(expected),
            ended_by=subject.contracts.ended_by,
        )

    def _modelled(self, basis: Basis, group: Sequence[Subject]) -> list[Assessment]:
        columns = columns_of([subject.profile for subject in group])
        risks, steps = self._outlook(self.models[basis], columns)
        holds = [_held(basis, subject) for subject in group]
        published = self.policy.held(steps[0], [held.probability if held else None for held in holds])
        changes = self.policy.days_until_change(steps, published)
        return [
            self._scored(basis, subject, float(risks[place]), int(published[place]), int(changes[place]))
            for place, subject in enumerate(group)
        ]

    def _outlook(self, model: ChurnModel, columns: Columns) -> tuple[Floats, NDArray[np.int64]]:
        """Return today's risks, and the published steps of today and the days to come, one row per day."""
        customers, days = len(columns["day"]), self.policy.recheck_days + 1
        ahead = np.repeat(np.arange(self.day, self.day + days, dtype=np.float64), customers)
        rows = feature_rows({name: np.tile(values, days) for name, values in columns.items()}, ahead)
        risks = model.probabilities(rows).reshape(days, customers)
        return risks[0], self.policy.steps(risks)

    def _scored(self, basis: Basis, subject: Subject, risk: float, step: int, change_in_days: int) -> Assessment:
        probability, held = self.policy.published(step), _held(basis, subject)
        expected = self._expected(subject)
        return Assessment(
            customer_id=subject.customer_id,
            basis=basis,
            risk=risk,
            probability=probability,
            band=self.policy.band_of(probability),
            expected_value=expected,
            value_at_risk=value_at_risk(probability, expected, self.currency),
            published_value=held.value if held and held.probability == probability else self._published(expected),
            next_due_at=min([start_of(self.day + change_in_days), *self._contract_turns(subject)]),
        )

    def _contract_turns(self, subject: Subject) -> list[datetime]:
        """When the contracts alone will change the basis of the score."""
        ends = subject.contracts.runs_until
        if ends is None:
            return []
        turns = (ends - timedelta(days=self.policy.horizon_days), ends)
        return [turn for turn in turns if turn > self.now]

    def _expected(self, subject: Subject) -> Decimal:
        policy = self.policy
        return expected_value(subject.profile.history, self.day, policy.horizon_days, policy.value, self.currency)

    def _published(self, expected: Decimal) -> Decimal:
        return published_value(expected, self.policy.value.step, self.currency)

    def _contract_reason(self, basis: Basis, subject: Subject) -> list[Reason]:
        if basis is Basis.CONTRACT:
            return [Reason("contract-active", "A contract runs; nothing was bought yet", 0.0)]
        ends = subject.contracts.runs_until
        if basis is not Basis.CONTRACT_ENDING or ends is None:
            return []
        effect = float(self.policy.contract.ending_probability - self.policy.contract.probability)
        return [Reason("contract-ending", f"The last contract ends on {ends:%Y-%m-%d}", effect)]


def _held(basis: Basis, subject: Subject) -> Held | None:
    return subject.held if subject.held and subject.held.kind == KIND_OF[basis] else None


def _withdrawal(subject: Subject) -> Reason:
    ended = subject.contracts.last_end
    return Reason("contract-ended", f"The last contract ended on {ended:%Y-%m-%d}; nothing was bought since", 1.0)
