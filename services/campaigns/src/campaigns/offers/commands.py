"""Create, change and withdraw offers; a change makes a version and has all customers decided anew."""

from campaigns.domain.offers import OfferTerms
from campaigns.domain.trial import try_out
from campaigns.offers import repository
from campaigns.offers.queries import existing, shown
from campaigns.offers.repository import Edit
from campaigns.offers.schemas import OfferIn
from campaigns.policy import repository as rules
from campaigns.policy.models import CONTACT_POLICY
from lealtad.events.catalog.campaigns import OfferDefinitionChanged, OfferRef
from lealtad.http import Answer, conflict
from lealtad.ids import new_id
from lealtad.policies import tried
from lealtad.unit_of_work import UnitOfWork


async def create_offer(uow: UnitOfWork, wanted: OfferIn, *, by: str) -> Answer:
    """Create an offer; 409 where its key is taken."""
    terms = OfferTerms.model_validate(wanted.model_dump(exclude={"key"}))
    await _require_usable(uow, terms)
    added = await repository.add(uow.connection, new_id(), wanted.key, terms, Edit(uow.now, by))
    if not added:
        raise conflict("offer-exists", "There is such an offer", "Choose another key, or change the existing offer.")
    return await _announced(uow, wanted.key, status=201)


async def change_offer(uow: UnitOfWork, reference: str, terms: OfferTerms, *, if_match: str | None, by: str) -> Answer:
    """Put new terms in force, and a withdrawn offer on offer again; 412 or 428 without the present ETag."""
    row = await existing(uow, reference, if_match=if_match, lock=True)
    await _require_usable(uow, terms)
    edit = Edit(uow.now, by)
    await repository.change(uow.connection, row.offer_id, terms, edit, version=row.version + 1, withdrawn=False)
    return await _announced(uow, row.key)


async def withdraw_offer(uow: UnitOfWork, reference: str, *, if_match: str | None, by: str) -> Answer:
    """Take an offer out of every decision from now on; its versions stay, to explain past decisions."""
    row = await existing(uow, reference, if_match=if_match, lock=True)
    terms = OfferTerms.model_validate(row.terms)
    edit = Edit(uow.now, by)
    await repository.change(uow.connection, row.offer_id, terms, edit, version=row.version + 1, withdrawn=True)
    return await _announced(uow, row.key)


async def _require_usable(uow: UnitOfWork, terms: OfferTerms) -> None:
    """Raise 422 where decisions under the policy in force could not use an offer of these terms."""
    policy = (await CONTACT_POLICY.in_force(uow.connection)).policy
    tried(terms, lambda offered: try_out(policy, [offered]))


async def _announced(uow: UnitOfWork, key: str, status: int = 200) -> Answer:
    await rules.revise(uow.connection)
    row = await existing(uow, key)
    terms = OfferTerms.model_validate(row.terms)
    ref = OfferRef(offer_id=row.offer_id, key=row.key, version=row.version, kind=terms.kind)
    change = OfferDefinitionChanged(offer=ref, withdrawn=row.withdrawn, changed_at=uow.now)
    uow.emit(change, key=row.offer_id)
    return Answer(shown(row), status=status, etag=row.version)
