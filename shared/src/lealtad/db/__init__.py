"""PostgreSQL: engine, schemas, the platform's own tables, migrations."""

from lealtad.db.engine import create_engine, metadata
from lealtad.db.tables import metadata_of

__all__ = ["create_engine", "metadata", "metadata_of"]
