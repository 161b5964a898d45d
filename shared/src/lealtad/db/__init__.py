"""PostgreSQL: engine, schemas, the platform's own tables, migrations."""

from lealtad.db.engine import create_engine, metadata

__all__ = ["create_engine", "metadata"]
