"""Creates, changes and archives segments; a new version comes into force once the base was evaluated under it."""

from uuid import UUID

from lealtad.events.catalog.segmentation import DefinitionChanged, SegmentRef
from lealtad.http import Answer, conflict, gone, not_found, require_match
from lealtad.ids import new_id
from lealtad.unit_of_work import UnitOfWork
from segmentation.definitions.preparation import repository as preparations
from segmentation.definitions.queries import rulebook
from segmentation.definitions.queries import segments as reading
from segmentation.definitions.repository import segments as repository
from segmentation.definitions.schemas import NewSegment, SegmentChange
from segmentation.domain.segments import Segment, SegmentVersion, VersionStatus
from segmentation.domain.sweeps import SweepReason
from segmentation.evaluation.trial import require_usable
from segmentation.memberships.repository import sweeps


async def create(uow: UnitOfWork, new: NewSegment) -> Answer:
    """Create a segment with its first version in preparation."""
    await rulebook.replace(uow.connection)
    segment = Segment(new_id(), new.key, 1, uow.now, None)
    if not await repository.add_segment(uow.connection, segment):
        raise conflict(
            "segment-key-taken",
            "The key is taken",
            f"A segment '{new.key}' exists already (perhaps archived). Choose another key, or change that segment.",
        )
    version = SegmentVersion(
        segment.segment_id, 1, VersionStatus.PREPARING, new.name, new.description, new.rule, uow.now, None
    )
    await _prepare(uow, version)
    return await reading.answer(uow, segment, status=201)


async def change(uow: UnitOfWork, ref: UUID | str, asked: SegmentChange, if_match: str | None) -> Answer:
    """Add a version, in preparation; members stay those of the version in force until it is ready."""
    await rulebook.replace(uow.connection)
    segment = await _changeable(uow, ref, if_match)
    current = {version.status: version for version in await repository.versions(uow.connection, [segment.segment_id])}
    # Drafts are kept until the walk after the switch has compared them.
    if VersionStatus.PREPARING in current or await sweeps.is_under_way(uow.connection, segment.segment_id):
        raise conflict(
            "segment-in-preparation",
            "A version is in preparation",
            f"Version {segment.latest_version} of '{segment.key}' is being prepared or announced. Try again when all "
            "of its members were told.",
        )
    known = current[VersionStatus.ACTIVE]
    version = SegmentVersion(
        segment_id=segment.segment_id,
        version=segment.latest_version + 1,
        status=VersionStatus.PREPARING,
        name=asked.name or known.name,
        description=known.description if asked.description is None else asked.description,
        rule=asked.rule or known.rule,
        created_at=uow.now,
        active_since=None,
    )
    await _prepare(uow, version)
    return await reading.answer(uow, await repository.get(uow.connection, segment.segment_id))


async def archive(uow: UnitOfWork, ref: UUID | str, if_match: str | None) -> Answer:
    """Take a segment out of force for good; its members are told that they left."""
    connection = uow.connection
    await rulebook.replace(connection)
    segment = await _changeable(uow, ref, if_match)
    segment_id = segment.segment_id
    await repository.set_status(connection, segment_id, repository.CURRENT, VersionStatus.ARCHIVED)
    await repository.archive(connection, segment_id, uow.now)
    await preparations.end(connection, segment_id)
    await sweeps.begin(connection, SweepReason.ARCHIVE, uow.now, segment_id=segment_id)
    told = SegmentRef(segment_id=segment_id, key=segment.key, version=segment.latest_version)
    uow.emit(DefinitionChanged(segment=told, archived=True, changed_at=uow.now), key=segment_id)
    return await reading.answer(uow, await repository.get(connection, segment_id))


async def _changeable(uow: UnitOfWork, ref: UUID | str, if_match: str | None) -> Segment:
    segment = await repository.find(uow.connection, ref, lock=True)
    if segment is None:
        raise not_found("segment", ref)
    if segment.archived_at is not None:
        raise gone("segment", f"'{segment.key}' was archived. Create a segment with another key.")
    require_match(if_match, segment.latest_version, required=True)
    return segment


async def _prepare(uow: UnitOfWork, version: SegmentVersion) -> None:
    await require_usable(uow, version)
    await repository.add_version(uow.connection, version)
    await preparations.begin(uow.connection, version.segment_id, version.version, uow.now)
