"""Events of other services to the projections that fold them."""

from collections.abc import Sequence

from complaints.customers import projection
from lealtad.events.catalog.campaigns import OfferAccepted, OfferPresented, OfferRejected, OfferResponse
from lealtad.events.catalog.customer_profile import (
    CustomerConsentChanged,
    CustomerRegistered,
    CustomerState,
    CustomerUpdated,
)
from lealtad.events.catalog.segmentation import MembershipsChanged
from lealtad.events.envelope import Event
from lealtad.kafka.projections import Projections
from lealtad.unit_of_work import UnitOfWork

projections = Projections()


@projections.on(CustomerRegistered, CustomerUpdated, CustomerConsentChanged)
async def fold_customers(uow: UnitOfWork, events: Sequence[Event[CustomerState]]) -> None:
    """Learn who is known, and by which ids."""
    await projection.fold_customers(uow, events)


@projections.on(MembershipsChanged)
async def fold_tiers(uow: UnitOfWork, events: Sequence[Event[MembershipsChanged]]) -> None:
    """Learn the customers' service tiers."""
    await projection.fold_tiers(uow, events)


@projections.on(OfferPresented, OfferAccepted, OfferRejected)
async def fold_gestures(uow: UnitOfWork, events: Sequence[Event[OfferResponse]]) -> None:
    """Learn of gestures of recovery."""
    await projection.fold_gestures(uow, events)
