"""Loading what is in force: policy and model, kept in memory until another release comes."""

import asyncio
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Any

from churn_scoring.domain.bgnbd import BgNbd
from churn_scoring.domain.calibration import Calibration
from churn_scoring.domain.learned import LearnedModel
from churn_scoring.domain.models import ChurnModel, InactivityModel
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.policy import repository as releases
from churn_scoring.policy.models import SCORING_POLICY
from churn_scoring.policy.repository import Release
from churn_scoring.registry import repository
from churn_scoring.registry.repository import StoredModel
from lealtad.db import Connection
from lealtad.events.catalog.churn_scoring import ModelRef
from lealtad.unit_of_work import UnitOfWork


class DamagedModelError(OSError):
    """The artifact of a model is not the one that was stored, or this version of the code cannot read it.

    An OSError, so that consumer and due-loop wait and try again instead of putting events aside: nothing is lost until
    somebody puts another model in force.
    """


@dataclass(frozen=True, slots=True)
class LoadedRelease:
    """A release, ready to score."""

    release: Release
    policy: ScoringPolicy
    model: ChurnModel
    ref: ModelRef


@dataclass(slots=True)
class ScoringResources:
    """What the service's use cases find in `uow.resources`."""

    currency: str
    _loaded: LoadedRelease | None = field(default=None)

    async def load_release_in_force(self, connection: Connection) -> LoadedRelease:
        """Return the release in force, ready to score."""
        return await self.load_release(connection, await releases.read_release_in_force(connection))

    async def load_release(self, connection: Connection, release: Release) -> LoadedRelease:
        """Return `release`, ready to score; no statement while it is the same."""
        if self._loaded is None or self._loaded.release != release:
            self._loaded = await _load(connection, release)
        return self._loaded


def scoring_resources(uow: UnitOfWork) -> ScoringResources:
    """Return the scorers of the process."""
    resources: ScoringResources = uow.resources
    return resources


async def _load(connection: Connection, release: Release) -> LoadedRelease:
    policy = (await SCORING_POLICY.of_version(connection, release.policy_version)).policy
    stored = await repository.read_stored_model(connection, release.model_version)
    model = await asyncio.to_thread(restore_model, stored, policy)
    return LoadedRelease(release, policy, model, ModelRef(name=stored.name, version=release.model_version))


def restore_model(stored: StoredModel, policy: ScoringPolicy) -> ChurnModel:
    """Return a stored model, ready to score under `policy`.

    A model that was calibrated for another horizon gives only its BG/NBD parameters, which serve any horizon.
    """
    parameters = BgNbd(**(stored.parameters or policy.prior.model_dump()))
    if stored.horizon_days != policy.horizon_days:
        return InactivityModel(parameters, policy.horizon_days, policy.evidence)
    calibration = Calibration.from_document(stored.calibration) if stored.calibration else None
    if stored.artifact is None:
        return InactivityModel(parameters, policy.horizon_days, policy.evidence, calibration)
    return LearnedModel(_estimator(stored), InactivityModel(parameters, policy.horizon_days), calibration)


def _estimator(stored: StoredModel) -> Any:
    import joblib  # noqa: PLC0415 - it brings scikit-learn, which only a worker with a learned model needs

    if stored.artifact is None or sha256(stored.artifact).digest() != stored.artifact_sha256:
        raise DamagedModelError(f"the artifact of model {stored.name} is not the one that was stored")
    try:
        return joblib.load(BytesIO(stored.artifact))
    except Exception as error:  # unpickling another library's version may raise anything
        raise DamagedModelError(f"the artifact of model {stored.name} cannot be read: {error}") from error
