"""The control event of segment definitions."""

from lealtad.events.catalog.segmentation import DefinitionChanged, SegmentRef
from lealtad.unit_of_work import UnitOfWork
from segmentation.domain.segments import StoredSegment


def emit_definition_changed(uow: UnitOfWork, segment: StoredSegment, version: int, *, archived: bool) -> None:
    """Emit that a version came into force, or that the segment was archived."""
    ref = SegmentRef(segment_id=segment.segment_id, key=segment.key, version=version)
    uow.emit(DefinitionChanged(segment=ref, archived=archived, changed_at=uow.now), key=segment.segment_id)
