"""The service put together: the only place where its parts meet."""

from pathlib import Path

from campaigns.consumers import projections
from campaigns.contacts.expiring import EXPIRE_RESERVATIONS
from campaigns.contacts.routes import router as contacts
from campaigns.decisions.deciding import decide_standing
from campaigns.decisions.reviewing import REVIEW, REVIEW_WAITING
from campaigns.decisions.routes import router as decisions
from campaigns.offers.routes import router as offers
from campaigns.policy.routes import router as policy
from campaigns.responses.lapsing import LAPSE_UNANSWERED
from campaigns.responses.routes import router as responses
from lealtad.app import Service
from lealtad.db import metadata_of

SERVICE = Service(
    name="campaigns",
    title="Lealtad campaigns",
    description="Offers, the next-best action of every customer and why, the contact ledger, and what responses teach.",
    migrations=Path(__file__).parents[2] / "migrations",
    metadata=metadata_of("campaigns"),
    routers=[decisions, responses, contacts, offers, policy],
    projections=projections,
    react=decide_standing,
    due_actions=[EXPIRE_RESERVATIONS, LAPSE_UNANSWERED, REVIEW, REVIEW_WAITING],
)
