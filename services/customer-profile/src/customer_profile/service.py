"""The service put together: the only place where its parts meet."""

from pathlib import Path

from customer_profile.batches.routes import router as batches
from customer_profile.consents.routes import router as consents
from customer_profile.consumers import projections
from customer_profile.customer_batches.routes import router as customer_batches
from customer_profile.customers.jobs import PROFILING_ACTIONS
from customer_profile.customers.routes import router as customers
from customer_profile.facts.routes import router as facts
from customer_profile.listing.routes import router as listing
from customer_profile.policy.routes import router as policy
from customer_profile.reactions import react
from customer_profile.resources import start
from customer_profile.restoring import restore
from customer_profile.settings import Settings
from customer_profile.view.routes import router as view
from lealtad.app import Service
from lealtad.db import metadata_of

SERVICE = Service(
    name="customer-profile",
    title="Lealtad customer profile",
    description="Customers, their consents and the facts about them, and the 360 view: everything in one call.",
    migrations=Path(__file__).parents[2] / "migrations",
    metadata=metadata_of("customer_profile"),
    routers=(customers, customer_batches, view, consents, facts, listing, batches, policy),
    projections=projections,
    react=react,
    restore=restore,
    due_actions=PROFILING_ACTIONS,
    settings=Settings,
    on_start=start,
)
