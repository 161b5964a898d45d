"""Create, change and withdraw offers. Each command adds a version and makes all customers due for a decision."""

from campaigns.domain.offers import OfferTerms
from campaigns.domain.trial import try_out
from campaigns.offers import repository
from campaigns.offers.queries import read_offer_row
from campaigns.offers.repository import ChangeStamp
from campaigns.offers.schemas import NewOffer, Offer
from campaigns.policy import repository as rulebook
from campaigns.policy.models import CONTACT_POLICY
from lealtad.events.catalog.campaigns import OfferDefinitionChanged, OfferRef
from lealtad.http import Answer, conflict
from lealtad.ids import new_id
from lealtad.policies import tried
from lealtad.unit_of_work import UnitOfWork


async def create_offer(uow: UnitOfWork, request: NewOffer, *, by: str) -> Answer:
    """Insert an offer; raise 409 if its key is in use."""
    terms = OfferTerms.model_validate(request.model_dump(exclude={"key"}))
    await _require_usable(uow, terms)
    added = await repository.add(uow.connection, new_id(), request.key, terms, ChangeStamp(uow.now, by))
    if not added:
        raise conflict("offer-exists", "There is such an offer", "Choose another key, or change the existing offer.")
    return await _announce(uow, request.key, status=201)


async def change_offer(uow: UnitOfWork, reference: str, terms: OfferTerms, *, if_match: str | None, by: str) -> Answer:
    """Put new terms in force, also for a withdrawn offer; raise 412 or 428 without the current ETag."""
    row = await read_offer_row(uow, reference, if_match=if_match, lock=True)
    await _require_usable(uow, terms)
    stamp = ChangeStamp(uow.now, by)
    await repository.change(uow.connection, row.offer_id, terms, stamp, version=row.version + 1, withdrawn=False)
    return await _announce(uow, row.key)


async def withdraw_offer(uow: UnitOfWork, reference: str, *, if_match: str | None, by: str) -> Answer:
    """Withdraw an offer from all later decisions. Its versions stay readable, because past decisions name them."""
    row = await read_offer_row(uow, reference, if_match=if_match, lock=True)
    terms = OfferTerms.model_validate(row.terms)
    stamp = ChangeStamp(uow.now, by)
    await repository.change(uow.connection, row.offer_id, terms, stamp, version=row.version + 1, withdrawn=True)
    return await _announce(uow, row.key)


async def _require_usable(uow: UnitOfWork, terms: OfferTerms) -> None:
    """Raise 422 if a decision under the policy in force fails with an offer of these terms."""
    policy = (await CONTACT_POLICY.in_force(uow.connection)).policy
    tried(terms, lambda offered: try_out(policy, [offered]))


async def _announce(uow: UnitOfWork, key: str, status: int = 200) -> Answer:
    await rulebook.increment_revision(uow.connection)
    row = await read_offer_row(uow, key)
    terms = OfferTerms.model_validate(row.terms)
    ref = OfferRef(offer_id=row.offer_id, key=row.key, version=row.version, kind=terms.kind)
    change = OfferDefinitionChanged(offer=ref, withdrawn=row.withdrawn, changed_at=uow.now)
    uow.emit(change, key=row.offer_id)
    return Answer(Offer.of(row), status=status, etag=row.version)
