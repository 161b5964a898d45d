"""The composition of the service from its features."""

from datetime import timedelta
from pathlib import Path

from campaigns.consumers import projections
from campaigns.contacts import jobs as contact_jobs
from campaigns.contacts.routes import router as contacts
from campaigns.decisions import jobs as decision_jobs
from campaigns.decisions import repository as decisions_repository
from campaigns.decisions.routes import router as decisions
from campaigns.ledger import repository as ledger_repository
from campaigns.offers.routes import router as offers
from campaigns.policy.routes import router as policy
from campaigns.reactions import react
from campaigns.responses import jobs as response_jobs
from campaigns.responses import repository as responses_repository
from campaigns.responses.routes import router as responses
from campaigns.restoration.restore import restore
from campaigns.settings import Settings
from lealtad.app import DatabasePart, HttpPart, Prune, Service, StreamPart
from lealtad.app.reporting_currency import make_currency_resources
from lealtad.customers import every_customer
from lealtad.db import metadata_of
from lealtad.due import DueAction

SERVICE = Service(
    name="campaigns",
    title="Lealtad campaigns",
    description="Offers, the next-best action of every customer and why, the contact ledger, and what responses teach.",
    settings=Settings,
    http=HttpPart((decisions, responses, contacts, offers, policy)),
    database=DatabasePart(
        migrations=Path(__file__).parents[2] / "migrations",
        metadata=metadata_of("campaigns"),
        on_start=make_currency_resources,
        prunes=(
            Prune("decisions", lambda settings: timedelta(days=settings.decision_days), decisions_repository.prune),
        ),
        restore=restore,
    ),
    stream=StreamPart(
        projections,
        react,
        every_customer=every_customer,
        due_actions=(
            DueAction("expire-reservations", contact_jobs.release_expired_reservations, ledger_repository.DUE),
            DueAction("lapse-unanswered-offers", response_jobs.count_unanswered_offers, responses_repository.DUE),
            DueAction("review-best-action", decision_jobs.review_due_actions, decisions_repository.DUE),
            # Freshness of inputs depends on system time, so that no business time makes a customer due.
            DueAction(
                "review-with-fresh-inputs",
                decision_jobs.review_waiting_actions,
                decisions_repository.WAITING,
                by_business_time=False,
            ),
        ),
    ),
)
