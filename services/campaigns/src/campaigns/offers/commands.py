"""Create and change offers; `OFFERS` withdraws them."""

from dataclasses import replace

from campaigns.customer_state.known_values.queries import read_known_values
from campaigns.domain.known_values import find_mismatches
from campaigns.domain.offers import OfferTerms
from campaigns.offers.models import OFFERS
from campaigns.offers.schemas import ChangedOffer, NewOffer, OfferChanges
from lealtad.http import Answer, FieldWarning, warnings_of
from lealtad.unit_of_work import UnitOfWork


async def create_offer(uow: UnitOfWork, request: NewOffer, *, by: str) -> Answer:
    """Insert an offer; raise 409 if its key is in use, 422 for an audience by a tier or band that does not exist."""
    warnings = await _find_warnings(uow, request)
    terms = OfferTerms.model_validate(request.model_dump(exclude={"key"}))
    return _with_warnings(await OFFERS.create(uow, request.key, terms, by=by), warnings)


async def change_offer(
    uow: UnitOfWork, reference: str, changes: OfferChanges, *, if_match: str | None, by: str
) -> Answer:
    """Insert the next version of an offer; raise 422 for an audience by a tier or band that does not exist."""
    warnings = await _find_warnings(uow, changes)
    return _with_warnings(await OFFERS.change(uow, reference, changes, if_match=if_match, by=by), warnings)


async def _find_warnings(uow: UnitOfWork, terms: OfferTerms) -> list[FieldWarning]:
    known = await read_known_values(uow.connection)
    return warnings_of(find_mismatches(terms.audience, known, "/audience"))


def _with_warnings(answer: Answer, warnings: list[FieldWarning]) -> Answer:
    return replace(answer, body=ChangedOffer.model_validate({**dict(answer.body), "warnings": warnings}))
