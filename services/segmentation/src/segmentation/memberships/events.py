"""The event that announces a change of memberships or tier."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from lealtad.events.catalog.segmentation import MembershipsChanged, Rfm, SegmentRef
from lealtad.events.cause import Cause
from lealtad.events.model import Causes
from segmentation.domain.evaluation_result import PROFILING_REFUSED, EvaluationResult, MembershipChange
from segmentation.domain.rulebook import Rulebook
from segmentation.domain.rules import is_behavioural


def memberships_changed(
    rulebook: Rulebook, result: EvaluationResult, change: MembershipChange, causes: Sequence[Cause], now: datetime
) -> MembershipsChanged:
    """Return the event that announces `change` and the state after it."""
    scores = result.scores
    segments = _refs(rulebook, result.members)
    return MembershipsChanged(
        customer_id=result.customer_id,
        entered=_refs(rulebook, change.entered),
        left=_refs(rulebook, change.left),
        segments=segments,
        behavioural=[ref.key for ref in segments if _is_behavioural(rulebook, ref.segment_id)],
        tier=result.tier,
        previous_tier=change.previous_tier,
        service_tier=result.service_tier,
        reason=_reason(rulebook, result, change),
        rfm=Rfm(recency=scores.recency, frequency=scores.frequency, monetary=scores.monetary) if scores else None,
        as_of=now,
        causes=Causes.of(causes),
    )


def _reason(rulebook: Rulebook, result: EvaluationResult, change: MembershipChange) -> str | None:
    """Return the reason of a change that rules alone do not explain; None where they do."""
    if result.profiled:
        return None
    left = any(_is_behavioural(rulebook, segment_id) for segment_id in change.left)
    return PROFILING_REFUSED if left or change.previous_tier else None


def _is_behavioural(rulebook: Rulebook, segment_id: UUID) -> bool:
    return is_behavioural(rulebook.definition(segment_id).rule)


def _refs(rulebook: Rulebook, segment_ids: Iterable[UUID]) -> list[SegmentRef]:
    definitions = [rulebook.definition(segment_id) for segment_id in segment_ids]
    return [
        SegmentRef(segment_id=definition.segment_id, key=definition.key, version=definition.version)
        for definition in sorted(definitions, key=lambda definition: definition.key)
    ]
