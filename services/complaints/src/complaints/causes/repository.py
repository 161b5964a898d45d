"""SQL of the taxonomy of causes."""

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from complaints.causes.models import cause
from lealtad.db import Connection, Row


async def find_cause(connection: Connection, code: str) -> Row | None:
    """Return the cause, or None."""
    return (await connection.execute(select(cause).where(cause.c.code == code))).one_or_none()


async def list_causes_by_code(connection: Connection, after: str | None, limit: int) -> list[Row]:
    """Return up to `limit` causes after the code `after`, in order of code."""
    query = select(cause).order_by(cause.c.code).limit(limit)
    if after is not None:
        query = query.where(cause.c.code > after)
    return list(await connection.execute(query))


async def list_codes_in_use(connection: Connection) -> list[str]:
    """Return the codes that new cases may have."""
    query = select(cause.c.code).where(~cause.c.retired).order_by(cause.c.code).limit(1_000)
    return list((await connection.execute(query)).scalars())


async def lock_cause(connection: Connection, code: str) -> Row | None:
    """Lock the cause until the transaction ends and return it, or None."""
    query = select(cause).where(cause.c.code == code).with_for_update()
    return (await connection.execute(query)).one_or_none()


async def insert_cause(connection: Connection, code: str, names: dict[str, str], *, retired: bool) -> bool:
    """Insert a cause in version 1 and return True; return False when another transaction inserted it first."""
    values = {"code": code, "version": 1, "names": names, "retired": retired}
    statement = insert(cause).values(values).on_conflict_do_nothing().returning(cause.c.code)
    return (await connection.execute(statement)).one_or_none() is not None


async def update_cause(connection: Connection, code: str, names: dict[str, str], *, retired: bool) -> None:
    """Update a locked cause; its version grows by one."""
    values = {"version": cause.c.version + 1, "names": names, "retired": retired}
    await connection.execute(update(cause).where(cause.c.code == code).values(values))
