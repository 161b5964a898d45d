"""Purchases that the facts of a batch name, with their returns, and the returns that wait for a purchase."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from customer_profile.domain.fingerprint import fingerprint
from customer_profile.domain.matched_returns import ExceedsPurchaseError, MatchedReturn, Order, ReturnedPurchase
from customer_profile.domain.returns import Line, ReturnablePurchase
from customer_profile.facts.kinds.descriptor import FactContext
from customer_profile.facts.kinds.fact_batch import FactBatch, RelatedState
from customer_profile.facts.kinds.fact_ref import FactRefs, Source, parse_fact_ref
from customer_profile.facts.repository import purchases as repository
from lealtad.db import Connection
from lealtad.events.catalog.customer_profile import (
    PaymentFailed,
    PaymentRecorded,
    PurchaseLine,
    PurchaseRecorded,
    PurchaseReturned,
    PurchaseReturnUpdated,
    Unmatched,
)
from lealtad.http import conflict, not_found
from lealtad.money import Money


@dataclass(slots=True)
class KnownPurchase:
    """A recorded purchase, with its returns as they stand."""

    id: UUID
    customer_id: UUID
    state: ReturnedPurchase
    events: dict[UUID, PurchaseReturned]
    """The data of the returns, by id."""


class Purchases(RelatedState):
    """The purchases that the facts of a batch name, with their returns so far."""

    field = "purchase"

    def __init__(self) -> None:
        self.by_id: dict[UUID, KnownPurchase] = {}
        self.waiting: dict[Source, int] = {}
        """How many recorded returns wait for a purchase with this name."""

    async def load(self, connection: Connection, refs: FactRefs) -> Mapping[Source, UUID]:
        """Load the purchases that `refs` name, and count the returns that wait for those that are not recorded."""
        rows = await repository.find_purchases(connection, refs)
        for row in rows:
            purchase = self.put(row.id, PurchaseRecorded.model_validate(row.data))
            purchase.events = {UUID(key): PurchaseReturned.model_validate(data) for key, data in row.returns.items()}
            purchase.state = _with_stored(purchase.state.bought, purchase.events)
        known = {Source(row.source_system, row.source_fact_id): row.id for row in rows}
        if unknown := [source for source in refs.sources if source not in known]:
            self.waiting = await repository.count_waiting(connection, unknown)
        return known

    def put(self, purchase_id: UUID, event: PurchaseRecorded) -> KnownPurchase:
        """Keep a purchase that has no returns."""
        state = ReturnedPurchase.of(returnable(event))
        self.by_id[purchase_id] = KnownPurchase(purchase_id, event.customer_id, state, {})
        return self.by_id[purchase_id]

    def find(self, ref: str | None, context: FactContext) -> KnownPurchase | None:
        """Return the purchase that a fact names; None if it names none, or one that is not recorded.

        Raise 404 for an unknown id of ours, and 409 for the purchase of another customer.
        """
        if ref is None:
            return None
        named = parse_fact_ref(ref, "/purchase")
        purchase = self.by_id.get(context.batch.id_of(named))  # type: ignore[arg-type]
        if purchase is None:
            if isinstance(named, UUID):
                raise not_found("purchase", named, "There is no purchase of this id. Name it as system:fact_id.")
            return None
        if purchase.customer_id != context.customer_id:
            raise conflict(
                "purchase-of-another-customer",
                "The purchase belongs to another customer",
                "Correct the customer, or the purchase that the fact names.",
            )
        return purchase


def add_return(batch: FactBatch, purchase: KnownPurchase, return_id: UUID, event: PurchaseReturned) -> None:
    """Keep an accepted return of a purchase, and update the returns whose refunds it changes."""
    purchase.events[return_id] = event
    _update(batch, purchase, purchase.state.with_return(return_id, matched_return(event)))


def match_waiting(batch: FactBatch, purchase: KnownPurchase, source: Source) -> None:
    """Match the recorded returns that wait for a new purchase, in the order of business time.

    One that does not fit stays a return of its own.
    """
    waiting = {
        stored.id: PurchaseReturned.model_validate(stored.data)
        for stored in batch.waiting.get(source, {}).values()
        if stored.customer_id == purchase.customer_id
    }
    state = purchase.state
    for return_id, event in sorted(waiting.items(), key=lambda item: order_of(item[1])):
        try:
            state = state.with_return(return_id, matched_return(event))
        except ExceedsPurchaseError:
            _change(batch, return_id, event, purchase_id=None, unmatched=Unmatched.EXCEEDS_PURCHASE, total=event.total)
        else:
            purchase.events[return_id] = event
    _update(batch, purchase, state)


def _update(batch: FactBatch, purchase: KnownPurchase, state: ReturnedPurchase) -> None:
    """Put a new state of a purchase in force, and change the returns that it moved."""
    purchase.state = state
    for return_id, event in purchase.events.items():
        total = Money(amount=state.refunds[return_id], currency=event.total.currency)
        if event.purchase_id is None or event.total != total:
            purchase.events[return_id] = _change(
                batch, return_id, event, purchase_id=purchase.id, unmatched=None, total=total
            )


def _change(
    batch: FactBatch,
    return_id: UUID,
    event: PurchaseReturned,
    *,
    purchase_id: UUID | None,
    unmatched: Unmatched | None,
    total: Money,
) -> PurchaseReturned:
    update = PurchaseReturnUpdated(
        customer_id=event.customer_id,
        return_id=return_id,
        purchase_id=purchase_id,
        unmatched=unmatched,
        occurred_at=event.occurred_at,
        lines=event.lines,
        total=total,
        previous_total=event.total,
    )
    changed = event.model_copy(update={"purchase_id": purchase_id, "unmatched": unmatched, "total": total})
    batch.change(Source(event.source.system, event.source.fact_id), changed.model_dump(mode="json"), update)
    return changed


def _with_stored(bought: ReturnablePurchase, events: Mapping[UUID, PurchaseReturned]) -> ReturnedPurchase:
    returns = {return_id: matched_return(event) for return_id, event in events.items()}
    return ReturnedPurchase.of(bought, returns, {return_id: event.total.amount for return_id, event in events.items()})


def names_purchase(
    ref: str | None, recorded: PurchaseReturned | PaymentRecorded | PaymentFailed, batch: FactBatch
) -> bool:
    """Return whether a request names the purchase of a recorded fact, by its id or by its name."""
    named = None if ref is None else parse_fact_ref(ref, "/purchase")
    awaited = recorded.named_purchase if isinstance(recorded, PurchaseReturned) else None
    if named is None:
        return recorded.purchase_id is None and awaited is None
    if isinstance(named, Source) and awaited and named == Source(awaited.system, awaited.fact_id):
        return True
    found = batch.id_of(named)
    return found is not None and found == recorded.purchase_id


def same_lines(lines: Sequence[PurchaseLine], others: Sequence[PurchaseLine]) -> bool:
    """Return whether two invoices have the same lines, in any order."""
    return fingerprint({"lines": lines}) == fingerprint({"lines": others})


def matched_return(event: PurchaseReturned) -> MatchedReturn:
    """Return a return as the rules of returns see it."""
    stated = event.total.amount if event.total_fixed else None
    return MatchedReturn(order_of(event), domain_lines(event.lines), stated)


def order_of(event: PurchaseReturned) -> Order:
    """Return the place of a return among the others."""
    return event.occurred_at, event.source.system, event.source.fact_id


def returnable(event: PurchaseRecorded) -> ReturnablePurchase:
    """Return a purchase without returns."""
    return ReturnablePurchase(domain_lines(event.lines), event.total.amount, event.total.currency)


def domain_lines(lines: Sequence[PurchaseLine]) -> tuple[Line, ...]:
    """Return `lines` as the rules of returns see them."""
    return tuple(Line(line.sku, line.quantity, line.unit_price, line.product_line) for line in lines)
