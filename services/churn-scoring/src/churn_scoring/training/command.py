"""The command `python -m churn_scoring train`: fit and evaluate models, store them, promote the best."""

import asyncio
from hashlib import sha256
from io import BytesIO
from typing import Any

import joblib
import structlog

from churn_scoring.domain.facts import day_of
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.policy import repository as releases
from churn_scoring.registry import repository as registry
from churn_scoring.registry.commands import put_model_in_force
from churn_scoring.registry.queries.release import LoadedRelease
from churn_scoring.registry.repository import StoredModel
from churn_scoring.training import repository
from churn_scoring.training.bgnbd_fit import FitError
from churn_scoring.training.examples import Examples, examples_of
from churn_scoring.training.experiment import Candidate, Outcome, experiment
from churn_scoring.training.windows import TooLittleDataError, Windows, plan
from lealtad.app.runtime import open_runtime
from lealtad.app.service import Service
from lealtad.observability.logging import configure_logging
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database

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
            await train(runtime.database)
        except (TooLittleDataError, FitError) as error:
            log.warning("nothing_trained", reason=str(error))
            return NOTHING_TRAINED
    return 0


async def train(database: Database) -> Outcome:
    """Train on the stored facts as of the business clock, store the candidates, and promote the best if it is better.

    Raises TooLittleDataError or FitError before any change.
    """
    async with database.read() as uow:
        in_force: LoadedRelease = await uow.resources.load_release_in_force(uow.connection)
        first = await repository.read_first_purchase_time(uow.connection)
        last_whole_day = day_of(uow.now) - 1
    if first is None:
        raise TooLittleDataError("there is no purchase yet")
    policy = in_force.policy
    windows = plan(
        day_of(first),
        last_whole_day,
        horizon_days=policy.horizon_days,
        cutoffs=policy.training.cutoffs,
        step_days=policy.training.step_days,
    )
    examples = await collect_examples(database, windows, policy)
    outcome = await asyncio.to_thread(experiment, examples, windows, policy, in_force.model)
    await _store(database, outcome, policy)
    return outcome


async def collect_examples(database: Database, windows: Windows, policy: ScoringPolicy) -> Examples:
    """Return the examples of all customers who ever bought, read page by page."""
    parts: list[Examples] = []
    last = None
    while True:
        async with database.read() as uow:
            page = await repository.list_customers_after(uow.connection, last, CUSTOMERS_A_PAGE)
            timelines = await repository.read_timelines(uow.connection, page)
        if not page:
            return Examples.concatenate([part for part in parts if len(part)])
        parts.append(await asyncio.to_thread(examples_of, timelines, windows, policy.training.active_days))
        last = page[-1]


async def _store(database: Database, outcome: Outcome, policy: ScoringPolicy) -> None:
    champion = outcome.champion
    async with database.begin() as uow:
        await releases.lock_release_in_force(uow.connection)
        for candidate in outcome.candidates:
            stored = _stored(candidate, outcome, policy)
            version = await registry.insert_model(uow.connection, stored, at=uow.now)
            log.info("model_stored", model=candidate.name, version=version, brier=outcome.brier(candidate.name))
            if candidate is champion:
                await put_model_in_force(uow, version)
    log.info("trained", champion=champion.name if champion else "as before", brier=outcome.brier("in-force"))


def _stored(candidate: Candidate, outcome: Outcome, policy: ScoringPolicy) -> StoredModel:
    artifact = _dumped(candidate.estimator) if candidate.estimator is not None else None
    parameters = candidate.parameters
    metrics: dict[str, Any] = {"models": outcome.metrics, "brier_gain_over_bg_nbd": outcome.gain}
    return StoredModel(
        name=candidate.name,
        horizon_days=policy.horizon_days,
        parameters={name: getattr(parameters, name) for name in ("r", "alpha", "a", "b")},
        calibration=candidate.calibration.document(),
        features=list(candidate.features),
        training={**outcome.training, "hyper_parameters": candidate.settings},
        metrics=metrics,
        artifact=artifact,
        artifact_sha256=sha256(artifact).digest() if artifact else None,
    )


def _dumped(estimator: Any) -> bytes:
    file = BytesIO()
    joblib.dump(estimator, file, compress=3)
    return file.getvalue()
