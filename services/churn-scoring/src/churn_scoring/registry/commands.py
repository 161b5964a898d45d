"""Commands of models: put a newer one in force, or an older one again, or shift the one in force."""

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from churn_scoring.policy import repository as releases
from churn_scoring.registry import repository
from churn_scoring.registry.queries import models
from lealtad.events.catalog.churn_scoring import ModelPromoted, ModelRef
from lealtad.http import Answer, conflict, not_found
from lealtad.unit_of_work import UnitOfWork

PROMOTIONS = uuid5(NAMESPACE_URL, "urn:lealtad:churn-scoring:promotions")
"""Key of all promotion events, so that they keep the order in which models came into force."""


async def put_model_in_force(uow: UnitOfWork, version: int) -> None:
    """Insert a release with a stored model, and emit its promotion; the due-loop evaluates every score again.

    Raises 404 for an unknown model, and 409 for the model in force.
    """
    release = await releases.lock_release_in_force(uow.connection)
    row = await repository.read_model(uow.connection, version)
    previous = await repository.read_model(uow.connection, release.model_version)
    if row is None or previous is None:
        raise not_found("model", version, "There is no model of this version. List them at /v1/models.")
    if version == release.model_version:
        raise conflict("model-in-force", "The model is in force", "Nothing is to be done, or name another version.")
    await releases.insert_release(
        uow.connection, policy_version=release.policy_version, model_version=version, at=uow.now
    )
    promoted = ModelPromoted(
        model=ModelRef(name=row["name"], version=version),
        previous=ModelRef(name=previous["name"], version=previous["version"]),
        metrics=_metrics_of(row["name"], row["metrics"]),
        promoted_at=uow.now,
    )
    uow.emit(promoted, key=PROMOTIONS)


async def shift_level(uow: UnitOfWork, level: Mapping[str, Any]) -> None:
    """Insert a release with the present policy and model, shifted to the silence observed lately."""
    release = await releases.lock_release_in_force(uow.connection)
    await releases.insert_release(
        uow.connection,
        policy_version=release.policy_version,
        model_version=release.model_version,
        at=uow.now,
        level=level,
    )


async def promote_model(uow: UnitOfWork, version: int) -> Answer:
    """Put a model in force, and return the model."""
    await put_model_in_force(uow, version)
    return await models.read_model(uow, version)


def _metrics_of(name: str, metrics: dict[str, dict[str, dict[str, dict[str, float]]]] | None) -> dict[str, float]:
    if metrics is None:
        return {}
    return {measure: found["value"] for measure, found in metrics["models"][name].items()}
