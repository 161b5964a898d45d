"""The trial of a scoring policy on sample customers of every basis, before the policy holds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from uuid import UUID

from churn_scoring.domain.assessment import Assessor
from churn_scoring.domain.basis import ScoringInput
from churn_scoring.domain.bgnbd import BgNbd
from churn_scoring.domain.contracts import Contract, status_at
from churn_scoring.domain.facts import Fact, FactKind
from churn_scoring.domain.features import Profile
from churn_scoring.domain.history import fold_all
from churn_scoring.domain.models import InactivityModel
from churn_scoring.domain.policy import ScoringPolicy

NOW = datetime(2012, 2, 29, 12, tzinfo=UTC)
CURRENCIES = ("JPY", "EUR", "KWD")
"""Currencies with no, two and three decimals."""
SAMPLE_ID = UUID(int=0)
SAMPLE_PURCHASES = 5
"""Number of purchases of a sample customer, a month apart."""


def try_out(policy: ScoringPolicy) -> None:
    """Check that sample customers can be assessed and explained under `policy`; raise any error of that."""
    model = InactivityModel(BgNbd(**policy.prior.model_dump()), policy.horizon_days, policy.evidence)
    for scoring_input, currency in product(_sample_inputs(), CURRENCIES):
        assessor = Assessor(model, policy, NOW, currency)
        (assessment,) = assessor.assess([scoring_input])
        if assessment.risk is None or not 0 <= assessment.risk <= 1:
            raise ValueError("the assumptions give no probability")
        assessor.explain([scoring_input])


def _sample_inputs() -> list[ScoringInput]:
    bought = [_fact(FactKind.PURCHASE, days, Decimal(50)) for days in range(1, SAMPLE_PURCHASES * 30, 30)]
    others = [_fact(kind, days=2) for kind in FactKind if kind is not FactKind.PURCHASE]
    return [
        ScoringInput(Profile(fold_all(SAMPLE_ID, bought[:1]))),
        ScoringInput(Profile(fold_all(SAMPLE_ID, [*bought, *others]), open_cases=SAMPLE_PURCHASES)),
        *(_input_under_contract(ends) for ends in (None, NOW + timedelta(days=1), NOW - timedelta(days=1))),
    ]


def _input_under_contract(ends: datetime | None) -> ScoringInput:
    contract = Contract(SAMPLE_ID, SAMPLE_ID, NOW - timedelta(days=100), ends, SAMPLE_ID)
    status = status_at([contract], NOW)
    return ScoringInput(Profile(fold_all(SAMPLE_ID, []), active_contracts=status.active), status)


def _fact(kind: FactKind, days: int, amount: Decimal = Decimal(0)) -> Fact:
    return Fact(UUID(int=days), SAMPLE_ID, kind, NOW - timedelta(days=days), amount)
