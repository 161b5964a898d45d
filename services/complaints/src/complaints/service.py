"""The service put together: the only place where its parts meet."""

from pathlib import Path

from complaints.cases.jobs import CASE_DEADLINES
from complaints.cases.restore import restore_cases
from complaints.cases.routes import cases, steps
from complaints.causes import routes as causes
from complaints.consumers import projections
from complaints.policy import routes as policy
from complaints.reactions import react
from lealtad.app import DatabasePart, HttpPart, Service, StreamPart
from lealtad.customers import every_customer
from lealtad.db import metadata_of

SERVICE = Service(
    name="complaints",
    title="Lealtad complaints",
    description="Cases of every kind with their due times, from intake in any channel to resolution.",
    http=HttpPart((cases.router, steps.router, policy.router, causes.router)),
    database=DatabasePart(
        migrations=Path(__file__).parents[2] / "migrations",
        metadata=metadata_of("complaints"),
        restore=restore_cases,
    ),
    stream=StreamPart(projections, react, due_actions=(CASE_DEADLINES,), every_customer=every_customer),
)
