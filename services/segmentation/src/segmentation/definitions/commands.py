"""Commands that create, change and archive segments.

A new version comes into force after the base was evaluated under it.
"""

from uuid import UUID

from lealtad.http import Answer, conflict, gone, require_match, warnings_of
from lealtad.ids import new_id
from lealtad.unit_of_work import UnitOfWork
from segmentation.customer_base.repository import sweeps
from segmentation.definitions.events import emit_definition_changed
from segmentation.definitions.known_values.queries import find_mismatches
from segmentation.definitions.models import SEGMENTS
from segmentation.definitions.preparation import repository as preparations
from segmentation.definitions.queries.segments import changed_answer, segment_answer
from segmentation.definitions.repository import segments
from segmentation.definitions.repository.rulebook import load_rulebook
from segmentation.definitions.schemas import NewSegment, SegmentChanges
from segmentation.domain.rulebook import Definition
from segmentation.domain.segments import StoredSegment, StoredVersion, VersionStatus
from segmentation.domain.sweeps import SweepReason
from segmentation.evaluation.trial import require_evaluable
from segmentation.rulebook.commands import begin_revision


async def create_segment(uow: UnitOfWork, new: NewSegment) -> Answer:
    """Insert a segment with its first version in preparation; raise 422 for a value that is in no closed list."""
    # The search for values may take a second, so it comes before the lock that evaluations wait for.
    warnings = warnings_of(await find_mismatches(uow.connection, new.rule))
    await begin_revision(uow.connection)
    row = await SEGMENTS.insert(uow.connection, segment_id=new_id(), key=new.key, latest_version=1, created_at=uow.now)
    segment = segments.stored_segment(row)
    version = StoredVersion(
        segment.segment_id, 1, VersionStatus.PREPARING, new.name, new.description, new.rule, uow.now, None
    )
    await _add_version(uow, version)
    return await changed_answer(uow, segment, warnings, status=201)


async def change_segment(uow: UnitOfWork, ref: UUID | str, changes: SegmentChanges, if_match: str | None) -> Answer:
    """Insert a version in preparation; the version in force decides the members until then."""
    connection = uow.connection
    found = await find_mismatches(connection, changes.rule) if changes.rule else []
    warnings = warnings_of(found)
    await begin_revision(connection)
    segment = await _lock_changeable(uow, ref, if_match)
    current = {version.status: version for version in await segments.list_versions(connection, [segment.segment_id])}
    # The sweep after the switch compares the drafts, so that they are kept until its end.
    if VersionStatus.PREPARING in current or await sweeps.is_sweep_under_way(connection, segment.segment_id):
        raise conflict(
            "segment-in-preparation",
            "A version is in preparation",
            f"Version {segment.latest_version} of '{segment.key}' is being prepared or announced. Try again when all "
            "of its members were told.",
        )
    active = current[VersionStatus.ACTIVE]
    version = StoredVersion(
        segment_id=segment.segment_id,
        version=segment.latest_version + 1,
        status=VersionStatus.PREPARING,
        name=changes.name or active.name,
        description=active.description if changes.description is None else changes.description,
        rule=changes.rule or active.rule,
        created_at=uow.now,
        active_since=None,
    )
    await _add_version(uow, version)
    row = await SEGMENTS.update(connection, segment.key, latest_version=version.version)
    return await changed_answer(uow, segments.stored_segment(row), warnings)


async def archive_segment(uow: UnitOfWork, ref: UUID | str, if_match: str | None) -> Answer:
    """Take a segment out of force for good; a sweep has its members announced as having left."""
    connection = uow.connection
    await begin_revision(connection)
    segment = await _lock_changeable(uow, ref, if_match)
    segment_id = segment.segment_id
    await segments.set_status(connection, segment_id, segments.CURRENT, VersionStatus.ARCHIVED)
    archived = await SEGMENTS.update(connection, segment.key, archived_at=uow.now)
    await preparations.delete_preparation(connection, segment_id)
    await sweeps.add_sweep(connection, SweepReason.ARCHIVE, uow.now, segment_id=segment_id)
    emit_definition_changed(uow, segment, segment.latest_version, archived=True)
    return await segment_answer(uow, segments.stored_segment(archived))


async def _lock_changeable(uow: UnitOfWork, ref: UUID | str, if_match: str | None) -> StoredSegment:
    """Lock a segment and return it; raise 404, 410 where it is archived, 412 or 428 by `if_match`."""
    segment = segments.stored_segment(await SEGMENTS.existing(uow.connection, ref, lock=True))
    if segment.archived_at is not None:
        raise gone("segment", f"'{segment.key}' was archived. Create a segment with another key.")
    require_match(if_match, segment.latest_version, required=True)
    return segment


async def _add_version(uow: UnitOfWork, version: StoredVersion) -> None:
    """Insert a version and its preparation; raise 422 where it cannot be evaluated with the other segments."""
    definition = Definition(version.segment_id, "trial", version.version, version.rule)
    await require_evaluable(uow, (await load_rulebook(uow.connection)).with_active(definition), version.segment_id)
    await segments.add_version(uow.connection, version)
    await preparations.add_preparation(uow.connection, version.segment_id, version.version, uow.now)
