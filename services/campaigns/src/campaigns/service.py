"""The service put together: the only place where its parts meet."""

from datetime import timedelta
from pathlib import Path

from campaigns.consumers import projections
from campaigns.contacts import expiring
from campaigns.contacts import repository as contact_ledger
from campaigns.contacts.routes import router as contacts
from campaigns.decisions import pruning_repository, reviewing
from campaigns.decisions import repository as standing_actions
from campaigns.decisions.routes import router as decisions
from campaigns.offers.routes import router as offers
from campaigns.policy.routes import router as policy
from campaigns.reactions import react
from campaigns.responses import lapsing
from campaigns.responses import repository as given_responses
from campaigns.responses.routes import router as responses
from campaigns.restoring import restore
from campaigns.settings import Settings
from lealtad.app import Prune, Service
from lealtad.app.resources import start
from lealtad.customers import every_customer
from lealtad.db import metadata_of
from lealtad.due import DueAction

SERVICE = Service(
    name="campaigns",
    title="Lealtad campaigns",
    description="Offers, the next-best action of every customer and why, the contact ledger, and what responses teach.",
    migrations=Path(__file__).parents[2] / "migrations",
    metadata=metadata_of("campaigns"),
    routers=(decisions, responses, contacts, offers, policy),
    projections=projections,
    react=react,
    every_customer=every_customer,
    restore=restore,
    settings=Settings,
    on_start=start,
    prunes=(Prune("decisions", lambda settings: timedelta(days=settings.decision_days), pruning_repository.prune),),
    due_actions=(
        DueAction("expire-reservations", expiring.take_expired, contact_ledger.DUE),
        DueAction("lapse-unanswered-offers", lapsing.take_unanswered, given_responses.DUE),
        DueAction("review-best-action", reviewing.run_due, standing_actions.DUE),
        # Whether inputs are fresh is a matter of the machine's time: nobody is due at a business time.
        DueAction("review-with-fresh-inputs", reviewing.take_waiting, standing_actions.WAITING, by_business_time=False),
    ),
)
