"""The service put together: the only place where its parts meet."""

from pathlib import Path

from lealtad.app import Service
from lealtad.app.resources import start
from lealtad.customers import every_customer
from lealtad.db import metadata_of
from lealtad.due import DueAction
from segmentation.consumers import projections
from segmentation.definitions.preparation import jobs as preparing
from segmentation.definitions.preparation import repository as preparations
from segmentation.definitions.routes import router as definitions_router
from segmentation.memberships.jobs import reevaluation
from segmentation.memberships.jobs import sweep as sweeping
from segmentation.memberships.repository import announcements as memberships
from segmentation.memberships.repository import sweeps
from segmentation.memberships.restore import restore
from segmentation.memberships.routes import router as memberships_router
from segmentation.reactions import react
from segmentation.value import jobs as computing
from segmentation.value.repository import boundaries as value
from segmentation.value.routes import router as value_router

SERVICE = Service(
    name="segmentation",
    title="Lealtad segmentation",
    description="Segments as rules over facts, RFM quintiles and value tiers, current by events and by time.",
    migrations=Path(__file__).parents[2] / "migrations",
    metadata=metadata_of("segmentation"),
    routers=(definitions_router, memberships_router, value_router),
    projections=projections,
    react=react,
    every_customer=every_customer,
    restore=restore,
    on_start=start,
    due_actions=(
        DueAction("sweep", sweeping.run_due, sweeps.DUE, batch=sweeping.CUSTOMERS_A_STEP),
        DueAction(reevaluation.ACTION, reevaluation.run_due, memberships.DUE),
        DueAction("compute-boundaries", computing.run_due, value.DUE),
        DueAction("prepare-segment", preparing.run_due, preparations.DUE),
    ),
)
