"""Use case: register many customers; each is committed, or refused, independently of the others."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from customer_profile.customer_batches.commands.register_group import Registered, complete, register_newcomers
from customer_profile.customers.schemas import NewCustomer
from customer_profile.identities.schemas import ExternalId
from lealtad.http import InvalidField, Problem, conflict, invalid
from lealtad.http.batch_items import InvalidItem, isolate_failures
from lealtad.unit_of_work import Database

Outcome = Registered | Problem


@dataclass(frozen=True, slots=True)
class Intake:
    """Registers customers, `size` in a transaction."""

    database: Database
    traceparent: str | None
    size: int

    async def take(self, items: Sequence[NewCustomer | InvalidItem]) -> list[Outcome]:
        """Return what became of each item, in their order."""
        outcomes: dict[int, Outcome] = {}
        registrations: dict[int, NewCustomer] = {}
        named: set[ExternalId] = set()
        for place, item in enumerate(items):
            problem = _objection_to(item, named)
            if isinstance(item, NewCustomer) and problem is None:
                registrations[place] = item
                named.update(item.external_ids)
            elif problem:
                outcomes[place] = problem
        places = list(registrations)
        for start in range(0, len(places), self.size):
            group = places[start : start + self.size]
            taken = await self._take([registrations[place] for place in group])
            outcomes.update(zip(group, taken, strict=True))
        return [outcomes[place] for place in range(len(items))]

    async def _take(self, group: Sequence[NewCustomer]) -> list[Outcome]:
        """Register those who are new together, and complete provisional ones each for itself: they are few."""
        taken: list[Outcome] = []
        for outcome in await isolate_failures(group, self._register):
            if isinstance(outcome, NewCustomer):
                taken += await isolate_failures([outcome], self._complete)
            else:
                taken.append(outcome)
        return taken

    async def _register(self, group: Sequence[NewCustomer]) -> list[Registered | Problem | NewCustomer]:
        async with self.database.begin(traceparent=self.traceparent) as uow:
            return await register_newcomers(uow, group)

    async def _complete(self, group: Sequence[NewCustomer]) -> list[Registered]:
        async with self.database.begin(traceparent=self.traceparent) as uow:
            return [await complete(uow, registration) for registration in group]


def answer_of(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Return outcomes as a `CustomerBatchOutcome`."""
    items = [_item_of(outcome) for outcome in outcomes]
    count = Counter(item["status"] for item in items)
    refused = len(items) - count[201] - count[200]
    return {"registered": count[201], "known": count[200], "refused": refused, "items": items}


def _item_of(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Problem):
        return {"status": outcome.status, "problem": outcome.document()}
    return {"status": outcome.status, "id": outcome.customer_id, "event_id": outcome.event_id}


def _objection_to(item: NewCustomer | InvalidItem, named: set[ExternalId]) -> Problem | None:
    if isinstance(item, InvalidItem):
        return item.problem()
    if not item.external_ids:
        hint = "the customer's key in the system that sends the batch"
        missing = InvalidField(pointer="/external_ids", message="is empty", hint=hint)
        return invalid("Name each customer of a batch by an external id: sent again, it is found by that.", [missing])
    if not named.isdisjoint(item.external_ids):
        return conflict(
            "external-id-repeated",
            "The external id is in this batch twice",
            "Send each customer once in a batch.",
        )
    return None
