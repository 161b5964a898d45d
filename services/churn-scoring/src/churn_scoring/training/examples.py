"""Training examples: features of a customer at the end of a cut-off day, and whether silence followed.

Features use only facts, contracts and cases as they were at the end of the day (point in time). Labels come from
purchases after that day. Scoring computes the same features by the same code.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from itertools import islice
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from churn_scoring.domain.basis import Basis, ScoringInput, determine_basis
from churn_scoring.domain.contracts import Contract, status_at
from churn_scoring.domain.facts import Fact, FactKind, day_of, start_of
from churn_scoring.domain.features import COLUMN, Floats, Profile, columns_of, feature_rows
from churn_scoring.domain.history import History
from churn_scoring.training.windows import Windows

HALVES = 2
"""Customers are divided by their ids, so that one half can be predicted by a fit on the other."""


@dataclass(frozen=True, slots=True)
class ContractFact:
    """A fact about a contract, with the state of the contract that it announced."""

    occurred_at: datetime
    fact_id: UUID
    contract_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    version: int = 0
    known_at: datetime | None = None
    """The business time of the newest step in the state; None: of the fact itself."""


@dataclass(frozen=True, slots=True)
class CaseSpan:
    """The time during which a complaint was open."""

    opened_at: datetime
    resolved_at: datetime | None


@dataclass(slots=True)
class CustomerTimeline:
    """All facts, contract facts and complaints of a customer."""

    customer_id: UUID
    facts: list[Fact] = field(default_factory=list)
    contracts: list[ContractFact] = field(default_factory=list)
    cases: list[CaseSpan] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows of FEATURES with their labels, ordered by customer and cut-off."""

    rows: Floats
    silent: NDArray[np.bool_]
    """Whether no purchase followed within the horizon after the cut-off."""
    cutoff: NDArray[np.int64]
    scored: NDArray[np.bool_]
    """Whether the customer is scored by purchases."""
    active: NDArray[np.bool_]
    """Whether a scored customer bought recently enough; the others have lapsed."""
    half: NDArray[np.int64]
    """The half of the customers to which the customer belongs, by id."""
    net_spent: Floats
    """Money spent less money returned, up to the cut-off."""
    spent_after: Floats
    """Money spent less money returned within the horizon after the cut-off."""

    def select(self, chosen: NDArray[np.bool_]) -> "Examples":
        """Return the chosen examples."""
        return Examples(**{name: getattr(self, name)[chosen] for name in self.__slots__})

    @staticmethod
    def concatenate(parts: Sequence["Examples"]) -> "Examples":
        """Return all examples of `parts`, of which there must be one or more."""
        names = Examples.__slots__
        return Examples(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def fingerprint(self) -> str:
        """Return a digest of the examples, which is equal for equal data."""
        digest = sha256()
        for name in self.__slots__:
            digest.update(getattr(self, name).tobytes())
        return digest.hexdigest()

    def __len__(self) -> int:
        return len(self.rows)


def examples_of(timelines: Iterable[CustomerTimeline], windows: Windows, active_days: int) -> Examples:
    """Return one example per customer and cut-off on or after the first purchase."""
    found = [example for timeline in timelines for example in _snapshots(timeline, windows)]
    rows = _rows([item.profile for item in found], [item.cutoff for item in found])
    scored = np.array([item.by_purchases for item in found], dtype=bool)
    histories = [item.profile.history for item in found]
    return Examples(
        rows=rows,
        silent=np.array([item.silent for item in found], dtype=bool),
        cutoff=np.array([item.cutoff for item in found], dtype=np.int64),
        scored=scored,
        active=scored & (rows[:, COLUMN["silence"]] <= active_days),
        half=np.array([history.customer_id.int % HALVES for history in histories], dtype=np.int64),
        net_spent=np.array([float(history.spent - history.returned) for history in histories], dtype=np.float64),
        spent_after=np.array([item.spent_after for item in found], dtype=np.float64),
    )


@dataclass(frozen=True, slots=True)
class _Snapshot:
    profile: Profile
    cutoff: int
    silent: bool
    spent_after: float
    by_purchases: bool


def _snapshots(timeline: CustomerTimeline, windows: Windows) -> Iterable[_Snapshot]:
    """Yield the customer's snapshot at each cut-off, folding the facts up to it."""
    facts = sorted(timeline.facts, key=lambda fact: fact.order)
    history, place = History(timeline.customer_id), 0
    for cutoff in windows.cutoffs:
        while place < len(facts) and day_of(facts[place].occurred_at) <= cutoff:
            history.fold(facts[place])
            place += 1
        if history.first_purchase_day is None:
            continue
        moment = start_of(cutoff + 1)
        status = status_at(_contracts_recorded_before(timeline, moment), moment)
        profile = Profile(replace(history), _open_cases(timeline, moment), status.active)
        basis = determine_basis(ScoringInput(profile, status), moment, windows.horizon_days)
        silent, spent_after = _outcome(facts, place, cutoff + windows.horizon_days)
        yield _Snapshot(profile, cutoff, silent, spent_after, basis is Basis.INACTIVITY)


def _outcome(facts: Sequence[Fact], place: int, last_day: int) -> tuple[bool, float]:
    """Return whether no purchase follows from `place` to `last_day`, and the net spending of that time."""
    silent, spent = True, 0.0
    for fact in islice(facts, place, None):
        if day_of(fact.occurred_at) > last_day:
            break
        if fact.kind is FactKind.PURCHASE:
            silent, spent = False, spent + float(fact.amount)
        elif fact.kind is FactKind.RETURN:
            spent -= float(fact.amount)
    return silent, spent


def _contracts_recorded_before(timeline: CustomerTimeline, moment: datetime) -> list[Contract]:
    # The state that a late fact carries holds later steps, too: it is no knowledge of that time.
    known = [fact for fact in timeline.contracts if (fact.known_at or fact.occurred_at) < moment]
    in_order = sorted(known, key=lambda fact: (fact.version, fact.occurred_at, fact.fact_id))
    newest = {fact.contract_id: fact for fact in in_order}
    return [
        Contract(fact.contract_id, timeline.customer_id, fact.starts_at, fact.ends_at, fact.fact_id)
        for fact in newest.values()
    ]


def _open_cases(timeline: CustomerTimeline, moment: datetime) -> int:
    return sum(
        case.opened_at < moment and (case.resolved_at is None or case.resolved_at >= moment) for case in timeline.cases
    )


def _rows(profiles: Sequence[Profile], cutoffs: Sequence[int]) -> Floats:
    return feature_rows(columns_of(profiles), np.array(cutoffs, dtype=np.float64))
