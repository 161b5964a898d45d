"""PostgreSQL: the engine, connections, schemas, the platform's tables and migrations."""

from lealtad.db.connection import Connection
from lealtad.db.engine import Engine, metadata
from lealtad.db.rows import Row, Rows
from lealtad.db.tables import metadata_of

__all__ = ["Connection", "Engine", "Row", "Rows", "metadata", "metadata_of"]
