"""Compares what holds for customers with what was announced about them, and announces the difference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lealtad.events.catalog.segmentation import MembershipsChanged, Rfm, SegmentRef
from lealtad.events.cause import Cause
from lealtad.events.model import Causes
from lealtad.unit_of_work import Touched, UnitOfWork
from segmentation.definitions.drafts import repository as drafts
from segmentation.definitions.queries import rulebook
from segmentation.domain.evaluated_customer import PROFILING_REFUSED, Change, Comparison, Standing, change
from segmentation.domain.rulebook import Rulebook
from segmentation.domain.rules import is_behavioural
from segmentation.memberships.repository import announcements as repository


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is told about one customer, and by which event."""

    found: Standing
    change: Change
    event_id: UUID
    cause_id: UUID


async def evaluate_and_announce(uow: UnitOfWork, touched: Touched) -> None:
    """Evaluate these customers; emit one MembershipsChanged for each who is not as was announced."""
    await rulebook.hold(uow.connection)
    revision = await repository.lock(uow.connection, list(touched))
    evaluator = await rulebook.at(uow.connection, revision)
    compared = await evaluator.compare(uow.connection, list(touched), uow.now)
    found = [item.found for item in compared]
    announcements = [told for item in compared if (told := _tell(uow, evaluator.rulebook, item, touched))]
    await _store(uow, evaluator.rulebook, found, announcements)
    unchanged = {item.customer_id for item in found} - {told.found.customer_id for told in announcements}
    uow.note(sorted(unchanged), "segments and tier are as announced")


def _tell(uow: UnitOfWork, rulebook_: Rulebook, compared: Comparison, touched: Touched) -> Announcement | None:
    difference = change(compared)
    if difference is None:
        return None
    found = compared.found
    causes = touched[found.customer_id]
    event = _event(uow, rulebook_, found, difference, causes)
    ref = uow.emit(event, key=found.customer_id, causes=causes)
    return Announcement(found, difference, ref.id, causes[-1].roots[-1])


def _event(
    uow: UnitOfWork, rulebook_: Rulebook, found: Standing, difference: Change, causes: Sequence[Cause]
) -> MembershipsChanged:
    scores = found.scores
    return MembershipsChanged(
        customer_id=found.customer_id,
        entered=_refs(rulebook_, difference.entered),
        left=_refs(rulebook_, difference.left),
        segments=_refs(rulebook_, found.members),
        behavioural=[ref.key for ref in _refs(rulebook_, found.members) if _is_behavioural(rulebook_, ref.segment_id)],
        tier=found.tier,
        previous_tier=difference.previous_tier,
        service_tier=found.service_tier,
        reason=_reason(rulebook_, found, difference),
        rfm=Rfm(recency=scores.recency, frequency=scores.frequency, monetary=scores.monetary) if scores else None,
        as_of=uow.now,
        causes=Causes.of(causes),
    )


def _reason(rulebook_: Rulebook, found: Standing, difference: Change) -> str | None:
    """Return why the customer left what a rule still gives to others; None where rules alone led to the change."""
    if found.profiled:
        return None
    left = any(_is_behavioural(rulebook_, segment_id) for segment_id in difference.left)
    return PROFILING_REFUSED if left or difference.previous_tier else None


def _is_behavioural(rulebook_: Rulebook, segment_id: UUID) -> bool:
    return is_behavioural(rulebook_.definition(segment_id).rule)


def _refs(rulebook_: Rulebook, segment_ids: Iterable[UUID]) -> list[SegmentRef]:
    definitions = [rulebook_.definition(segment_id) for segment_id in segment_ids]
    return [
        SegmentRef(segment_id=definition.segment_id, key=definition.key, version=definition.version)
        for definition in sorted(definitions, key=lambda definition: definition.key)
    ]


async def _store(
    uow: UnitOfWork, rulebook_: Rulebook, found: Sequence[Standing], announcements: Sequence[Announcement]
) -> None:
    entered = [row for told in announcements for row in _entries(rulebook_, told)]
    left = [(told.found.customer_id, segment_id) for told in announcements for segment_id in told.change.left]
    version = rulebook_.boundaries.version if rulebook_.boundaries else None
    await repository.keep(uow.connection, found, repository.Changed(entered, left), uow.now, version)
    await drafts.keep(uow.connection, [definition.segment_id for definition in rulebook_.preparing], found)


def _entries(rulebook_: Rulebook, told: Announcement) -> list[dict[str, Any]]:
    return [
        {
            "customers": told.found.customer_id,
            "segments": segment_id,
            "versions": rulebook_.definition(segment_id).version,
            "causes": told.cause_id,
            "events": told.event_id,
        }
        for segment_id in sorted(told.change.entered)
    ]
