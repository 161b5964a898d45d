"""Routes of models."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from churn_scoring.registry import reading
from churn_scoring.registry.schemas import Model
from lealtad.http import Page, PageQuery, Query, problems, reads

router = APIRouter(prefix="/v1/models", tags=["models"])


@router.get("", response_model=Page[Model])
async def list_models(
    query: Annotated[Query, Depends(reads("models:read"))], page: Annotated[PageQuery, Depends()]
) -> Response:
    """List models.

    The newest first. `python -m churn_scoring train` adds one or more; the best of them comes into force if it is
    better than BG/NBD on the hold-out.
    """
    return await query.run(lambda uow: reading.list_models(uow, page))


@router.get("/{version}", response_model=Model, responses=problems(404))
async def read_model(
    version: Annotated[int, Path(ge=1, le=2_147_483_647, description="A model's version", examples=[1])],
    query: Annotated[Query, Depends(reads("models:read"))],
) -> Any:
    """Read a model.

    What it learned from (windows, number of customers, fingerprint of the data), its features, and what was measured
    on the hold-out beside the baselines.
    """
    return await query.run(lambda uow: reading.read_model(uow, version))
