"""The composition root of the service."""

from pathlib import Path

from lealtad.app import DatabasePart, HttpPart, Service, StreamPart
from lealtad.app.reporting_currency import make_currency_resources
from lealtad.customers import every_customer
from lealtad.db import metadata_of
from segmentation.consumers import projections
from segmentation.definitions.preparation.jobs import PREPARE_SEGMENT
from segmentation.definitions.routes import router as definitions_router
from segmentation.memberships.jobs.reevaluation import REEVALUATE
from segmentation.memberships.jobs.sweep import SWEEP
from segmentation.memberships.restore import restore
from segmentation.memberships.routes import router as memberships_router
from segmentation.reactions import react
from segmentation.value.jobs import COMPUTE_BOUNDARIES
from segmentation.value.routes import router as value_router

SERVICE = Service(
    name="segmentation",
    title="Lealtad segmentation",
    description="Segments as rules over facts, RFM quintiles and value tiers, current by events and by time.",
    http=HttpPart((definitions_router, memberships_router, value_router)),
    database=DatabasePart(
        migrations=Path(__file__).parents[2] / "migrations",
        metadata=metadata_of("segmentation"),
        on_start=make_currency_resources,
        restore=restore,
    ),
    stream=StreamPart(
        projections,
        react,
        due_actions=(SWEEP, REEVALUATE, COMPUTE_BOUNDARIES, PREPARE_SEGMENT),
        every_customer=every_customer,
    ),
)
