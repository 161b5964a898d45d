"""SQL of the rulebook as a whole."""

from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import func, select, text, update

from lealtad.db import Connection
from segmentation.definitions.models import rulebook, segment, segment_version
from segmentation.domain.rulebook import Definition, Rulebook
from segmentation.domain.rules import Rule
from segmentation.value.models import VALUE_POLICY
from segmentation.value.repository import boundaries as value_repository

RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
LOCK_KEY = 0x5E6_3E47
"""Of the advisory lock; nothing else in this database takes advisory locks of one 64-bit key in a transaction."""


async def lock_shared(connection: Connection) -> None:
    """Let nobody change the rulebook until the transaction ends."""
    await connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": LOCK_KEY})


async def lock_exclusive(connection: Connection) -> None:
    """Wait until nobody uses the rulebook, and let nobody begin until the transaction ends."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})


async def revision(connection: Connection) -> UUID:
    """Return the id of the rulebook in force."""
    found: UUID = (await connection.execute(select(rulebook.c.revision))).one()[0]
    return found


async def begin_revision(connection: Connection) -> None:
    """Give the rulebook a new id."""
    await connection.execute(update(rulebook).values(revision=func.gen_random_uuid()))


async def load(connection: Connection) -> Rulebook:
    """Return the rulebook in force."""
    columns = segment_version.c
    query = (
        select(columns.segment_id, segment.c.key, columns.version, columns.status, columns.rule)
        .join(segment, segment.c.segment_id == columns.segment_id)
        .where(columns.status.in_(("active", "preparing", "archived")))
        .order_by(segment.c.key, columns.version.desc())
    )
    rows = await connection.execute(query)
    versions: dict[str, list[Definition]] = {"active": [], "preparing": [], "archived": []}
    for row in rows:
        rule = RULE.validate_python(row.rule)
        versions[row.status].append(Definition(row.segment_id, row.key, row.version, rule))
    policy = await VALUE_POLICY.in_force(connection)
    return Rulebook(
        active=tuple(versions["active"]),
        preparing=tuple(versions["preparing"]),
        policy=policy.policy,
        boundaries=await value_repository.current_boundaries(connection),
        archived=tuple(versions["archived"]),
    )
