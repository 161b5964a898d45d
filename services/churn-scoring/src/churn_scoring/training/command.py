"""The command `python -m churn_scoring train`: judge and store models, promote the best, keep the level right."""

import asyncio
from dataclasses import asdict
from hashlib import sha256
from io import BytesIO
from typing import Any

import joblib
import structlog

from churn_scoring.domain.facts import day_of
from churn_scoring.domain.learned import Trees
from churn_scoring.domain.linear import Linear
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.domain.value import ValueModel
from churn_scoring.policy import repository as releases
from churn_scoring.registry import repository as registry
from churn_scoring.registry.commands import put_model_in_force, shift_level
from churn_scoring.registry.queries.release import LoadedRelease
from churn_scoring.registry.repository import StoredModel
from churn_scoring.training import repository
from churn_scoring.training.candidates import Candidate
from churn_scoring.training.examples import Examples, examples_of
from churn_scoring.training.experiment import Outcome
from churn_scoring.training.lesson import InForce, Lesson, learn, windows_of
from churn_scoring.training.level import Level
from churn_scoring.training.windows import TooLittleDataError, Windows
from lealtad.app.runtime import open_runtime
from lealtad.app.service import Service
from lealtad.observability.logging import configure_logging
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database, UnitOfWork

log = structlog.get_logger(__name__)
CUSTOMERS_A_PAGE = 1000
NOTHING_TRAINED = 2


def main(service: Service) -> int:
    """Train once; return 0, or 2 for too little data."""
    settings = service.read_settings()
    configure_logging(service.name, "train", settings.log_level, settings.log_format)
    return asyncio.run(_run(service, settings))


async def _run(service: Service, settings: ServiceSettings) -> int:
    async with open_runtime(service, settings, "train") as runtime:
        try:
            lesson = await train(runtime.database)
        except TooLittleDataError as error:
            log.warning("nothing_trained", reason=str(error))
            return NOTHING_TRAINED
    return 0 if lesson.outcome else NOTHING_TRAINED


async def train(database: Database) -> Lesson:
    """Learn from the stored facts as of the business clock, store the candidates, and put in force what is better.

    With too little data for a model the level of the model in force is still kept right. Raises TooLittleDataError
    before the end of the first month.
    """
    async with database.read() as uow:
        in_force: LoadedRelease = await uow.resources.load_release_in_force(uow.connection)
        first = await repository.read_first_purchase_time(uow.connection)
        last_whole_day = day_of(uow.now) - 1
    if first is None:
        raise TooLittleDataError("there is no purchase yet")
    windows = windows_of(day_of(first), last_whole_day, in_force.policy)
    examples = await collect_examples(database, windows, in_force.policy)
    lesson = await asyncio.to_thread(learn, examples, windows, in_force.policy, _in_force(in_force))
    await _store(database, lesson, in_force)
    return lesson


async def collect_examples(database: Database, windows: Windows, policy: ScoringPolicy) -> Examples:
    """Return the examples of all customers who ever bought, read page by page."""
    active_days = policy.training.active_days
    parts: list[Examples] = [examples_of([], windows, active_days)]
    last = None
    while True:
        async with database.read() as uow:
            page = await repository.list_customers_after(uow.connection, last, CUSTOMERS_A_PAGE)
            timelines = await repository.read_timelines(uow.connection, page)
        if not page:
            return Examples.concatenate(parts)
        parts.append(await asyncio.to_thread(examples_of, timelines, windows, active_days))
        last = page[-1]


def _in_force(release: LoadedRelease) -> InForce:
    return InForce(
        name=release.ref.name,
        model=release.unshifted,
        shift=release.shift,
        windows=release.windows,
    )


async def _store(database: Database, lesson: Lesson, trained_under: LoadedRelease) -> None:
    """Store what was learned, unless another policy or model came into force meanwhile: then only the candidates."""
    outcome, promoted = lesson.outcome, None
    async with database.begin() as uow:
        release = await releases.lock_release_in_force(uow.connection)
        unchanged = release == trained_under.release
        versions = await _insert_candidates(uow, lesson, outcome, trained_under.policy) if outcome else {}
        if unchanged and outcome and outcome.champion:
            promoted = versions[outcome.champion.name]
            await put_model_in_force(uow, promoted)
        elif unchanged and lesson.level and lesson.is_shifted:
            await shift_level(uow, lesson.level.document())
    log.info("trained", champion=outcome.best if outcome and promoted else "as before", level=_gaps(lesson.level))


async def _insert_candidates(
    uow: UnitOfWork, lesson: Lesson, outcome: Outcome, policy: ScoringPolicy
) -> dict[str, int]:
    """Insert all candidates and return their versions by name."""
    versions = {}
    for name, candidate in outcome.candidates.items():
        stored = _stored(candidate, lesson, outcome, policy)
        versions[name] = await registry.insert_model(uow.connection, stored, at=uow.now)
        log.info("model_stored", model=name, version=versions[name], brier=outcome.brier(name))
    return versions


def _gaps(level: Level | None) -> dict[str, dict[str, float]]:
    return level.gaps if level else {}


def _stored(candidate: Candidate, lesson: Lesson, outcome: Outcome, policy: ScoringPolicy) -> StoredModel:
    trees = next((found.classifier for found in candidate.estimators if isinstance(found, Trees)), None)
    linear = next((found for found in candidate.estimators if isinstance(found, Linear)), None)
    artifact = _dumped(trees) if trees is not None else None
    return StoredModel(
        name=candidate.name,
        horizon_days=policy.horizon_days,
        parameters=asdict(candidate.parameters),
        calibration=candidate.calibration.document(),
        features=list(candidate.features),
        training={**outcome.training, "hyper_parameters": candidate.settings},
        metrics=_metrics(outcome, lesson),
        linear=linear.document() if linear else None,
        value=_value(lesson.value),
        artifact=artifact,
        artifact_sha256=sha256(artifact).digest() if artifact else None,
    )


def _metrics(outcome: Outcome, lesson: Lesson) -> dict[str, Any]:
    return {
        "models": outcome.metrics,
        "lapsed": outcome.metrics_of_lapsed,
        "all": outcome.metrics_of_all,
        "brier_gain_over_in_force": outcome.gain,
        "value": lesson.value_metrics,
    }


def _value(value: ValueModel | None) -> dict[str, Any] | None:
    return asdict(value) if value else None


def _dumped(estimator: Any) -> bytes:
    file = BytesIO()
    joblib.dump(estimator, file, compress=3)
    return file.getvalue()
