"""Routes of models."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from churn_scoring.registry import commands
from churn_scoring.registry.queries import models
from churn_scoring.registry.schemas import Model
from lealtad.http import Command, Page, PageWanted, Query, problems, reads, writes
from lealtad.http.parameters import NumberInAddress

router = APIRouter(prefix="/v1/models", tags=["models"])


@router.get("", response_model=Page[Model])
async def list_models(query: Annotated[Query, Depends(reads("models:read"))], page: PageWanted) -> Response:
    """List models.

    The newest first. `python -m churn_scoring train` adds models; the best comes into force unless the model in force
    is significantly better on the hold-out.
    """
    return await query.run(lambda uow: models.list_models(uow, page))


Version = Annotated[NumberInAddress, Path(ge=1, le=2_147_483_647, description="A model's version", examples=[1])]


@router.get("/{version}", response_model=Model, responses=problems(404))
async def read_model(
    version: Version,
    query: Annotated[Query, Depends(reads("models:read"))],
) -> Response:
    """Read a model.

    Its training data (windows, number of customers, fingerprint), its features, and its metrics on the hold-out beside
    those of the baselines.
    """
    return await query.run(lambda uow: models.read_model(uow, version))


@router.post("/{version}/promote", response_model=Model, responses=problems(404, 409))
async def promote_model(version: Version, command: Annotated[Command, Depends(writes("models:write"))]) -> Response:
    """Put a model in force.

    A newer model, or an older one again (roll-back). Every score is evaluated again in the background; a score is
    announced if its published probability or band changes.
    """
    return await command.run(lambda uow: commands.promote_model(uow, version))
