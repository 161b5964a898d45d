"""The service put together: the only place where its parts meet."""

from pathlib import Path

from churn_scoring.consumers import projections
from churn_scoring.policy.routes import router as policy_routes
from churn_scoring.reactions import react
from churn_scoring.registry.queries.release import Scorers
from churn_scoring.registry.routes import router as model_routes
from churn_scoring.scoring import jobs
from churn_scoring.scoring.repository import DUE, OUTDATED
from churn_scoring.scoring.restore import restore
from churn_scoring.scoring.routes import router as score_routes
from lealtad.app import Service
from lealtad.customers import every_customer
from lealtad.db import metadata_of
from lealtad.due import DueAction
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database


async def make_scorers(_database: Database, settings: ServiceSettings) -> Scorers:
    """Return what use cases find in `uow.resources`."""
    return Scorers(currency=settings.reporting_currency)


def train() -> int:
    """Train, evaluate and store models, in a process of its own."""
    from churn_scoring.training.command import main  # noqa: PLC0415 - it brings scikit-learn and scipy

    return main(SERVICE)


SERVICE = Service(
    name="churn-scoring",
    title="Lealtad churn scoring",
    description="How likely each customer is to leave, why, and what is at stake.",
    migrations=Path(__file__).parents[2] / "migrations",
    metadata=metadata_of("churn_scoring"),
    routers=(score_routes, model_routes, policy_routes),
    projections=projections,
    react=react,
    every_customer=every_customer,
    restore=restore,
    due_actions=(
        DueAction("rescore", jobs.rescore_due, DUE),
        DueAction("apply-release", jobs.rescore_outdated, OUTDATED),
    ),
    on_start=make_scorers,
    commands={"train": train},
)
