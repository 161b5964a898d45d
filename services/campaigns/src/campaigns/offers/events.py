"""Announcements of the offer catalogue."""

from campaigns.domain.offers import OfferTerms
from campaigns.policy import repository as rulebook
from lealtad.db import Row
from lealtad.events.catalog.campaigns import OfferDefinitionChanged, OfferRef
from lealtad.unit_of_work import UnitOfWork


async def announce_version(uow: UnitOfWork, row: Row, terms: OfferTerms) -> None:
    """Emit the event of an offer's new version, and make all customers due for a decision."""
    await rulebook.increment_revision(uow.connection)
    ref = OfferRef(offer_id=row.offer_id, key=row.key, version=row.version, kind=terms.kind)
    change = OfferDefinitionChanged(offer=ref, withdrawn=row.withdrawn, changed_at=uow.now)
    uow.emit(change, key=row.offer_id)
