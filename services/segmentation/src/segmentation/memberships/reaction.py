"""Evaluates customers and announces the differences from the state announced before."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lealtad.unit_of_work import Touched, UnitOfWork
from segmentation.customer_base.repository.customers import lock_customers
from segmentation.definitions.drafts.repository import store_drafts
from segmentation.definitions.queries.rulebook import read_evaluator_at
from segmentation.domain.evaluation_result import Comparison, EvaluationResult, MembershipChange, compute_change
from segmentation.domain.rulebook import Rulebook
from segmentation.memberships.events import memberships_changed
from segmentation.memberships.repository.announcements import StoredChanges, store_results
from segmentation.rulebook.repository import lock_shared


@dataclass(frozen=True, slots=True)
class Announcement:
    """The change announced about one customer, and the event that announced it."""

    result: EvaluationResult
    change: MembershipChange
    event_id: UUID
    cause_id: UUID


async def evaluate_and_announce(uow: UnitOfWork, touched: Touched) -> None:
    """Evaluate these customers; emit one MembershipsChanged for each whose state differs from the announced one."""
    await lock_shared(uow.connection)
    revision = await lock_customers(uow.connection, list(touched))
    evaluator = await read_evaluator_at(uow.connection, revision)
    comparisons = await evaluator.compare(uow.connection, list(touched), uow.now)
    results = [comparison.result for comparison in comparisons]
    announcements = [
        announcement
        for comparison in comparisons
        if (announcement := _announce(uow, evaluator.rulebook, comparison, touched))
    ]
    await _store(uow, evaluator.rulebook, results, announcements)
    changed = {announcement.result.customer_id for announcement in announcements}
    uow.note(sorted({result.customer_id for result in results} - changed), "segments and tier are as announced")


def _announce(uow: UnitOfWork, rulebook: Rulebook, comparison: Comparison, touched: Touched) -> Announcement | None:
    """Emit the change of a customer; return None where nothing changed."""
    change = compute_change(comparison)
    if change is None:
        return None
    result = comparison.result
    causes = touched[result.customer_id]
    event = memberships_changed(rulebook, result, change, causes, uow.now)
    ref = uow.emit(event, key=result.customer_id, causes=causes)
    return Announcement(result, change, ref.id, causes[-1].roots[-1])


async def _store(
    uow: UnitOfWork, rulebook: Rulebook, results: list[EvaluationResult], announcements: list[Announcement]
) -> None:
    entered = [row for announcement in announcements for row in _entries(rulebook, announcement)]
    left = [
        (announcement.result.customer_id, segment_id)
        for announcement in announcements
        for segment_id in announcement.change.left
    ]
    version = rulebook.boundaries.version if rulebook.boundaries else None
    await store_results(uow.connection, results, StoredChanges(entered, left), uow.now, version)
    await store_drafts(uow.connection, [definition.segment_id for definition in rulebook.preparing], results)


def _entries(rulebook: Rulebook, announcement: Announcement) -> list[dict[str, Any]]:
    return [
        {
            "customers": announcement.result.customer_id,
            "segments": segment_id,
            "versions": rulebook.definition(segment_id).version,
            "causes": announcement.cause_id,
            "events": announcement.event_id,
        }
        for segment_id in sorted(announcement.change.entered)
    ]
