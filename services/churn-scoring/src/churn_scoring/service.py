"""The composition root: the only module that imports every part of the service."""

from pathlib import Path

from churn_scoring.consumers import projections
from churn_scoring.policy.routes import router as policy_routes
from churn_scoring.reactions import react
from churn_scoring.registry.queries.release import ScoringResources
from churn_scoring.registry.routes import router as model_routes
from churn_scoring.scoring.jobs import DUE_ACTIONS
from churn_scoring.scoring.restore import restore
from churn_scoring.scoring.routes import router as score_routes
from lealtad.app import DatabasePart, HttpPart, Service, StreamPart
from lealtad.customers import every_customer
from lealtad.db import metadata_of
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database


async def make_scoring_resources(_database: Database, settings: ServiceSettings) -> ScoringResources:
    """Return the objects that use cases read from `uow.resources`."""
    return ScoringResources(currency=settings.reporting_currency)


def train() -> int:
    """Train, evaluate and store models in a separate process."""
    from churn_scoring.training.command import main  # noqa: PLC0415 - the import loads scikit-learn and scipy

    return main(SERVICE)


SERVICE = Service(
    name="churn-scoring",
    title="Lealtad churn scoring",
    description="How likely each customer is to leave, why, and what is at stake.",
    http=HttpPart((score_routes, model_routes, policy_routes)),
    database=DatabasePart(
        migrations=Path(__file__).parents[2] / "migrations",
        metadata=metadata_of("churn_scoring"),
        on_start=make_scoring_resources,
        restore=restore,
    ),
    stream=StreamPart(projections, react, due_actions=DUE_ACTIONS, every_customer=every_customer),
    commands={"train": train},
)
