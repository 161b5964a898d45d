"""SQL of models."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from churn_scoring.policy.models import release
from churn_scoring.registry.models import model
from lealtad.db import Connection, Row

COLUMNS_SHOWN = [column for column in model.c if column.name not in ("artifact", "artifact_sha256")]


@dataclass(frozen=True, slots=True)
class StoredModel:
    """The row of a model, without the version and time that its insertion sets."""

    name: str
    horizon_days: int | None
    parameters: dict[str, float] | None
    calibration: dict[str, Any] | None
    features: list[str]
    training: dict[str, Any] | None
    metrics: dict[str, Any] | None
    linear: dict[str, Any] | None
    value: dict[str, Any] | None
    artifact: bytes | None
    artifact_sha256: bytes | None


async def read_stored_model(connection: Connection, version: int) -> StoredModel:
    """Return a model with its artifact."""
    query = select(model).where(model.c.version == version)
    row = (await connection.execute(query)).one()
    return StoredModel(**{name: row[name] for name in StoredModel.__slots__})


async def insert_model(connection: Connection, stored: StoredModel, *, at: datetime) -> int:
    """Insert a model and return its version; the caller must hold the lock on releases."""
    version: int = (await connection.scalar(select(func.max(model.c.version)))) + 1
    values = {name: getattr(stored, name) for name in StoredModel.__slots__}
    await connection.execute(insert(model), {**values, "version": version, "trained_at": at})
    return version


async def list_models(connection: Connection, *, before: int | None, limit: int) -> Sequence[Row]:
    """Return models below version `before`, the newest first, without their artifacts."""
    query = select(*COLUMNS_SHOWN, _promoted_at()).order_by(model.c.version.desc()).limit(limit)
    if before is not None:
        query = query.where(model.c.version < before)
    return await connection.execute(query)


async def read_model(connection: Connection, version: int) -> Row | None:
    """Return a model without its artifact, or None if the version is unknown."""
    query = select(*COLUMNS_SHOWN, _promoted_at()).where(model.c.version == version)
    return (await connection.execute(query)).one_or_none()


def _promoted_at() -> Any:
    promoted = select(func.min(release.c.released_at)).where(release.c.model_version == model.c.version)
    return promoted.scalar_subquery().label("promoted_at")
