"""Create offers; `OFFERS` changes and withdraws them."""

from campaigns.domain.offers import OfferTerms
from campaigns.offers.models import OFFERS
from campaigns.offers.schemas import NewOffer
from lealtad.http import Answer
from lealtad.unit_of_work import UnitOfWork


async def create_offer(uow: UnitOfWork, request: NewOffer, *, by: str) -> Answer:
    """Insert an offer; raise 409 if its key is in use."""
    terms = OfferTerms.model_validate(request.model_dump(exclude={"key"}))
    return await OFFERS.create(uow, request.key, terms, by=by)
