"""The service put together: the only place where its parts meet."""

from pathlib import Path

from complaints.cases import deadlines, repository, routes, step_routes
from complaints.cases.taking_back import restore
from complaints.causes import routes as cause_routes
from complaints.consumers import projections
from complaints.policy import routes as policy_routes
from complaints.reactions import react
from lealtad.app import Service
from lealtad.customers import every_customer
from lealtad.db import metadata_of
from lealtad.due import DueAction

SERVICE = Service(
    name="complaints",
    title="Lealtad complaints",
    description="Cases of every kind with their due times, from intake in any channel to resolution.",
    migrations=Path(__file__).parents[2] / "migrations",
    metadata=metadata_of("complaints"),
    routers=(routes.router, step_routes.router, policy_routes.router, cause_routes.router),
    projections=projections,
    react=react,
    every_customer=every_customer,
    restore=restore,
    due_actions=(DueAction("case-deadlines", deadlines.run_due, repository.DUE),),
)
