"""Queries that list and read models."""

from typing import Any

from churn_scoring.policy import repository as releases
from churn_scoring.registry import repository
from churn_scoring.registry.schemas import Model
from lealtad.db import Row
from lealtad.http import Answer, Page, PageQuery, not_found
from lealtad.unit_of_work import UnitOfWork


async def list_models(uow: UnitOfWork, page: PageQuery) -> Page[Any]:
    """Return a page of models, the newest first."""
    cursor = page.after(int)
    rows = await repository.list_models(uow.connection, before=cursor[0] if cursor else None, limit=page.limit)
    current = (await releases.read_release_in_force(uow.connection)).model_version
    return Page.of(rows, page.limit, cursor_of=lambda row: (row["version"],), item_of=lambda row: _model(row, current))


async def read_model(uow: UnitOfWork, version: int) -> Answer:
    """Return a model; raise 404 if no model has this version."""
    row = await repository.read_model(uow.connection, version)
    if row is None:
        raise not_found("model", version, "There is no model of this version. List them at /v1/models.")
    current = (await releases.read_release_in_force(uow.connection)).model_version
    return Answer(_model(row, current), etag=version)


def _model(row: Row, current: int) -> Model:
    values = {name: row[name] for name in Model.model_fields if name in row}
    return Model(**values, in_force=row["version"] == current, calibrated=row["calibration"] is not None)
