"""The release in force with its policy and model, cached until the next release."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Any

from churn_scoring.domain.bgnbd import BgNbd
from churn_scoring.domain.calibration import NO_CALIBRATION, ActivityCalibration
from churn_scoring.domain.learned import Estimator, LearnedModel, Trees
from churn_scoring.domain.linear import Linear
from churn_scoring.domain.models import ChurnModel, InactivityModel, LeveledModel
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.domain.value import ValueModel
from churn_scoring.policy import repository as releases
from churn_scoring.policy.models import SCORING_POLICY
from churn_scoring.policy.repository import Release
from churn_scoring.registry import repository
from churn_scoring.registry.repository import StoredModel
from lealtad.db import Connection
from lealtad.events.catalog.churn_scoring import ModelRef
from lealtad.unit_of_work import UnitOfWork


class DamagedModelError(OSError):
    """A model's artifact that differs from the stored digest, or that this version of the code cannot read.

    An OSError, so that the consumer and the due-loop wait and retry instead of dead-lettering events. No event is lost
    before an operator puts another model in force.
    """


@dataclass(frozen=True, slots=True)
class LoadedRelease:
    """A release with its policy and model in memory."""

    release: Release
    policy: ScoringPolicy
    unshifted: ChurnModel
    """The model without `shift`."""
    shift: ActivityCalibration
    """The shift to the silence observed lately."""
    ref: ModelRef
    value: ValueModel | None = None
    """The expected spending, if it was learned for the horizon of the policy."""
    windows: Mapping[str, Any] = field(default_factory=dict)
    """The windows that the model learned from; none if it needed no training."""

    @property
    def model(self) -> ChurnModel:
        """Return the model in force."""
        return LeveledModel(self.unshifted, self.shift)


@dataclass(slots=True)
class ScoringResources:
    """The reporting currency and the cached release, as use cases read them from `uow.resources`."""

    currency: str
    _loaded: LoadedRelease | None = field(default=None)

    async def load_release_in_force(self, connection: Connection) -> LoadedRelease:
        """Return the release in force with its policy and model."""
        return await self.load_release(connection, await releases.read_release_in_force(connection))

    async def load_release(self, connection: Connection, release: Release) -> LoadedRelease:
        """Return `release` with its policy and model; the same release again costs no statement."""
        if self._loaded is None or self._loaded.release != release:
            self._loaded = await _load(connection, release)
        return self._loaded


def scoring_resources(uow: UnitOfWork) -> ScoringResources:
    """Return the scoring resources of the process."""
    resources: ScoringResources = uow.resources
    return resources


async def _load(connection: Connection, release: Release) -> LoadedRelease:
    policy = (await SCORING_POLICY.of_version(connection, release.policy_version)).policy
    stored = await repository.read_stored_model(connection, release.model_version)
    level = await releases.read_level(connection, release.id)
    model = await asyncio.to_thread(restore_model, stored, policy)
    return LoadedRelease(
        release=release,
        policy=policy,
        unshifted=model,
        shift=ActivityCalibration.from_document(level["shift"]) if level else NO_CALIBRATION,
        ref=ModelRef(name=stored.name, version=release.model_version),
        value=_restore_value(stored, policy),
        windows=(stored.training or {}).get("windows", {}),
    )


def restore_model(stored: StoredModel, policy: ScoringPolicy) -> ChurnModel:
    """Return a stored model as an object that scores under `policy`.

    From a model calibrated for another horizon, only the BG/NBD parameters are used, since they serve any horizon.
    """
    parameters = BgNbd(**(stored.parameters or policy.prior.model_dump()))
    if stored.horizon_days != policy.horizon_days:
        return InactivityModel(parameters, policy.horizon_days, policy.evidence)
    calibration = ActivityCalibration.from_document(stored.calibration) if stored.calibration else None
    estimators = _restore_estimators(stored)
    if not estimators:
        return InactivityModel(parameters, policy.horizon_days, policy.evidence, calibration)
    return LearnedModel(estimators, InactivityModel(parameters, policy.horizon_days), calibration)


def _restore_estimators(stored: StoredModel) -> tuple[Estimator, ...]:
    trees = (Trees(_classifier(stored)),) if stored.artifact is not None else ()
    return (*trees, Linear.from_document(stored.linear)) if stored.linear else trees


def _restore_value(stored: StoredModel, policy: ScoringPolicy) -> ValueModel | None:
    value = ValueModel(**stored.value) if stored.value else None
    return value if value and value.horizon_days == policy.horizon_days else None


def _classifier(stored: StoredModel) -> Any:
    import joblib  # noqa: PLC0415 - loads scikit-learn, which only a worker with a learned model needs

    if stored.artifact is None or sha256(stored.artifact).digest() != stored.artifact_sha256:
        raise DamagedModelError(f"the artifact of model {stored.name} is not the one that was stored")
    try:
        return joblib.load(BytesIO(stored.artifact))
    except Exception as error:  # unpickling data of another library version may raise any error
        raise DamagedModelError(f"the artifact of model {stored.name} cannot be read: {error}") from error
