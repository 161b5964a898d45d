"""Which consumed event is folded by which feature."""

from collections.abc import Sequence

from churn_scoring.customers.models import CUSTOMERS
from churn_scoring.facts import projection as facts
from lealtad.events.catalog.campaigns import OfferResponse
from lealtad.events.catalog.complaints import CaseState
from lealtad.events.catalog.customer_profile import ContractFact, Fact
from lealtad.events.envelope import Event
from lealtad.events.subscriptions import CASE_STATES, CONTRACTS, CUSTOMER_STATES, FACTS, READERS
from lealtad.events.topics import OFFERS
from lealtad.kafka.projections import Projections
from lealtad.unit_of_work import UnitOfWork

projections = Projections()
RESPONSES = next(item.types for item in READERS["churn-scoring"].subscriptions if item.topic is OFFERS)


projections.on(*CUSTOMER_STATES)(CUSTOMERS.fold)


@projections.on(*(fact for fact in FACTS if fact not in CONTRACTS))
async def fold_activity(uow: UnitOfWork, events: Sequence[Event[Fact]]) -> None:
    """Fold purchases, returns, payments and touchpoints."""
    await facts.project_activity(uow, events)


@projections.on(*CONTRACTS)
async def keep_contracts(uow: UnitOfWork, events: Sequence[Event[ContractFact]]) -> None:
    """Keep facts about contracts."""
    await facts.project_contracts(uow, events)


@projections.on(*CASE_STATES)
async def keep_cases(uow: UnitOfWork, events: Sequence[Event[CaseState]]) -> None:
    """Keep cases, and fold the complaints among them."""
    await facts.project_cases(uow, events)


@projections.on(*RESPONSES)
async def fold_responses(uow: UnitOfWork, events: Sequence[Event[OfferResponse]]) -> None:
    """Fold answers to offers."""
    await facts.project_responses(uow, events)
