"""SQL that loads the rulebook in force."""

from pydantic import TypeAdapter
from sqlalchemy import select

from lealtad.db import Connection
from segmentation.definitions.models import SEGMENTS, segment_version
from segmentation.domain.rulebook import Definition, Rulebook
from segmentation.domain.rules import Rule
from segmentation.value.models import VALUE_POLICY
from segmentation.value.repository.boundaries import find_boundaries

RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


async def load_rulebook(connection: Connection) -> Rulebook:
    """Return the rulebook in force."""
    segment, columns = SEGMENTS.table, segment_version.c
    query = (
        select(columns.segment_id, segment.c.key, columns.version, columns.status, columns.rule)
        .join(segment, segment.c.segment_id == columns.segment_id)
        .where(columns.status.in_(("active", "preparing", "archived")))
        .order_by(segment.c.key, columns.version.desc())
    )
    versions: dict[str, list[Definition]] = {"active": [], "preparing": [], "archived": []}
    for row in await connection.execute(query):
        rule = RULE.validate_python(row.rule)
        versions[row.status].append(Definition(row.segment_id, row.key, row.version, rule))
    policy = await VALUE_POLICY.in_force(connection)
    return Rulebook(
        active=tuple(versions["active"]),
        preparing=tuple(versions["preparing"]),
        policy=policy.policy,
        boundaries=await find_boundaries(connection),
        archived=tuple(versions["archived"]),
    )
