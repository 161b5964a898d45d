"""The offer catalogue."""

from sqlalchemy import UUID, Column, ForeignKey, Integer, Table

from campaigns.domain.offers import OfferTerms
from campaigns.domain.trial import try_out
from campaigns.metadata import METADATA
from campaigns.offers.events import announce_version
from campaigns.offers.schemas import Offer
from campaigns.policy.models import CONTACT_POLICY
from lealtad.db.columns import OWNED
from lealtad.http import Problem, conflict
from lealtad.policies import tried
from lealtad.resources import VersionedResource
from lealtad.unit_of_work import UnitOfWork


def _key_in_use(_key: str) -> Problem:
    return conflict("offer-exists", "There is such an offer", "Choose another key, or change the existing offer.")


async def _require_usable(uow: UnitOfWork, terms: OfferTerms) -> None:
    """Raise 422 if a decision under the policy in force fails with an offer of these terms."""
    policy = (await CONTACT_POLICY.in_force(uow.connection)).policy
    tried(terms, lambda offered: try_out(policy, [offered]))


OFFERS = VersionedResource(
    METADATA,
    "offer",
    OfferTerms,
    Offer,
    document="terms",
    retired="withdrawn",
    taken=_key_in_use,
    require_usable=_require_usable,
    changed=announce_version,
)

offer_acceptances = Table(
    "offer_acceptances",
    METADATA,
    Column("offer_id", UUID, ForeignKey(OFFERS.table.c.offer_id), primary_key=True),
    Column("accepted", Integer, nullable=False, comment="over all customers, for the total limit"),
    schema=OWNED,
    # Room for updates in place: the row changes with every acceptance.
    postgresql_with={"fillfactor": "50"},
)
