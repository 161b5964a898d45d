"""SQL of the taxonomy of causes."""

from sqlalchemy import select

from complaints.causes.models import CAUSES
from lealtad.db import Connection


async def list_codes_in_use(connection: Connection) -> list[str]:
    """Return the codes that new cases may have."""
    cause = CAUSES.table.columns
    query = select(cause.code).where(~cause.retired).order_by(cause.code).limit(1_000)
    return list((await connection.execute(query)).scalars())
