"""Register a batch of customers; each registration is committed, or refused, independently of the others."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from customer_profile.batches.commands.register_group import (
    RegisteredCustomer,
    complete_customer,
    register_group,
)
from customer_profile.customers.schemas import NewCustomer
from customer_profile.identities.schemas import ExternalId
from lealtad.http import InvalidField, Problem, conflict, invalid
from lealtad.http.batch_items import InvalidItem, commit_items, commit_valid
from lealtad.unit_of_work import Database

Outcome = RegisteredCustomer | Problem


@dataclass(frozen=True, slots=True)
class CustomerBatchIntake:
    """The intake of one request's customers, `size` in a transaction."""

    database: Database
    traceparent: str | None
    size: int

    async def register(self, items: Sequence[NewCustomer | InvalidItem]) -> list[Outcome]:
        """Return the outcome of each item, in their order."""
        external_ids: set[ExternalId] = set()

        def refusal_of(item: NewCustomer | InvalidItem) -> Problem | None:
            refusal = _refusal_of(item, external_ids)
            if isinstance(item, NewCustomer) and refusal is None:
                external_ids.update(item.external_ids)
            return refusal

        return await commit_valid(items, refusal_of, self._register_in_transactions)

    async def _register_in_transactions(self, customers: Sequence[Any]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for start in range(0, len(customers), self.size):
            outcomes += await self._register(customers[start : start + self.size])
        return outcomes

    async def _register(self, group: Sequence[NewCustomer]) -> list[Outcome]:
        """Register new customers together, and complete provisional ones one by one: they are few."""
        outcomes: list[Outcome] = []
        for outcome in await commit_items(group, self._register_group):
            if isinstance(outcome, NewCustomer):
                outcomes += await commit_items([outcome], self._complete_customers)
            else:
                outcomes.append(outcome)
        return outcomes

    async def _register_group(self, group: Sequence[NewCustomer]) -> list[RegisteredCustomer | Problem | NewCustomer]:
        async with self.database.begin(traceparent=self.traceparent) as uow:
            return await register_group(uow, group)

    async def _complete_customers(self, group: Sequence[NewCustomer]) -> list[RegisteredCustomer]:
        async with self.database.begin(traceparent=self.traceparent) as uow:
            return [await complete_customer(uow, new) for new in group]


def batch_document(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Return outcomes as the resource `CustomerBatchOutcome`."""
    items = [_item_document(outcome) for outcome in outcomes]
    count = Counter(item["status"] for item in items)
    refused = len(items) - count[201] - count[200]
    return {"registered": count[201], "known": count[200], "refused": refused, "items": items}


def _item_document(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Problem):
        return {"status": outcome.status, "problem": outcome.document()}
    return {"status": outcome.status, "id": outcome.customer_id, "event_id": outcome.event_id}


def _refusal_of(item: NewCustomer | InvalidItem, external_ids: set[ExternalId]) -> Problem | None:
    """Return the problem that refuses an item, or None; `external_ids` are those of the items before it."""
    if isinstance(item, InvalidItem):
        return item.problem()
    if not item.external_ids:
        hint = "the customer's key in the system that sends the batch"
        missing = InvalidField(pointer="/external_ids", message="is empty", hint=hint)
        return invalid("Name each customer of a batch by an external id: sent again, it is found by that.", [missing])
    if not external_ids.isdisjoint(item.external_ids):
        return conflict(
            "external-id-repeated",
            "The external id is in this batch twice",
            "Send each customer once in a batch.",
        )
    return None
