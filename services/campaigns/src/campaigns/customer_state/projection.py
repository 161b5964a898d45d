"""Fold the facts about a customer into the customer's first appearance and contracts."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeGuard
from uuid import UUID

from campaigns.customer_state import repository
from campaigns.customer_state.models import CONTRACTS
from lealtad.events.catalog.customer_profile import ContractFact, Fact
from lealtad.events.envelope import Event
from lealtad.unit_of_work import UnitOfWork

FOLLOW_UP = "folded; decided when score or segments change"


async def fold_activity(uow: UnitOfWork, events: Sequence[Event[Fact]]) -> None:
    """Store the contracts and the first appearance of each customer. Score and segments lead to the decision."""
    earliest: dict[UUID, datetime] = {}
    for event in events:
        uow.ignore(event, FOLLOW_UP)
        seen = earliest.setdefault(event.data.customer_id, event.data.occurred_at)
        earliest[event.data.customer_id] = min(seen, event.data.occurred_at)
    rows = [{"customer_id": customer, "first_activity_at": at} for customer, at in earliest.items()]
    await repository.keep_earliest(uow.connection, rows)
    await CONTRACTS.fold(uow, list(filter(_is_of_contract, events)))


def _is_of_contract(event: Event[Fact]) -> TypeGuard[Event[ContractFact]]:
    return isinstance(event.data, ContractFact)
