"""Tries a scoring policy out on customers of every basis: what fails here would fail with every score."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from uuid import UUID

from churn_scoring.domain.assessment import Assessor
from churn_scoring.domain.basis import Subject
from churn_scoring.domain.bgnbd import BgNbd
from churn_scoring.domain.contracts import Contract, status_at
from churn_scoring.domain.facts import Fact, FactKind
from churn_scoring.domain.features import Profile
from churn_scoring.domain.history import fold_all
from churn_scoring.domain.models import InactivityModel
from churn_scoring.domain.policy import ScoringPolicy

NOW = datetime(2012, 2, 29, 12, tzinfo=UTC)
CURRENCIES = ("JPY", "EUR", "KWD")
"""With no, two and three decimals."""
SOMEBODY = UUID(int=0)
MANY = 5
"""Purchases of a sample customer, a month apart."""


def try_out(policy: ScoringPolicy) -> None:
    """Assess sample customers under `policy`, and explain their scores; raises whatever an evaluation would raise."""
    model = InactivityModel(BgNbd(**policy.prior.model_dump()), policy.horizon_days, policy.evidence)
    for subject, currency in product(_subjects(), CURRENCIES):
        assessor = Assessor(model, policy, NOW, currency)
        (found,) = assessor.assess([subject])
        if found.risk is None or not 0 <= found.risk <= 1:
            raise ValueError("the assumptions give no probability")
        assessor.explain([subject])


def _subjects() -> list[Subject]:
    bought = [_fact(FactKind.PURCHASE, days, Decimal(50)) for days in range(1, MANY * 30, 30)]
    others = [_fact(kind, days=2) for kind in FactKind if kind is not FactKind.PURCHASE]
    return [
        Subject(Profile(fold_all(SOMEBODY, bought[:1]))),
        Subject(Profile(fold_all(SOMEBODY, [*bought, *others]), open_cases=MANY)),
        *(_under_contract(ends) for ends in (None, NOW + timedelta(days=1), NOW - timedelta(days=1))),
    ]


def _under_contract(ends: datetime | None) -> Subject:
    contract = Contract(SOMEBODY, SOMEBODY, NOW - timedelta(days=100), ends, SOMEBODY)
    status = status_at([contract], NOW)
    return Subject(Profile(fold_all(SOMEBODY, []), active_contracts=status.active), status)


def _fact(kind: FactKind, days: int, amount: Decimal = Decimal(0)) -> Fact:
    return Fact(UUID(int=days), SOMEBODY, kind, NOW - timedelta(days=days), amount)
