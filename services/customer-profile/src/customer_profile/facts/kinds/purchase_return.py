"""Return: goods came back, never more than were bought."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from customer_profile.domain.matched_returns import MAX_RETURNS, ExceedsPurchaseError
from customer_profile.domain.returns import ZERO, Line
from customer_profile.facts.kinds.descriptor import FactContext, FactKind, FactList, FactUpdates, NewFact, ViewPart
from customer_profile.facts.kinds.fact_batch import FactBatch, StoredFact
from customer_profile.facts.kinds.fact_ref import Source, parse_fact_ref
from customer_profile.facts.kinds.known_purchases import (
    KnownPurchase,
    Purchases,
    add_return,
    matched_return,
    names_purchase,
    same_lines,
)
from customer_profile.facts.kinds.purchase import MAX_LINES, NewLine, event_lines, require_sensible_total, value_of
from customer_profile.facts.kinds.totals import amount, count
from customer_profile.facts.repository import purchases as repository
from customer_profile.facts.schemas import FactFilters, FactRequest, RecordedFact, documented
from customer_profile.fields import FactRefText
from lealtad.db import Connection
from lealtad.events.catalog.customer_profile import (
    PurchaseLine,
    PurchaseReturned,
    PurchaseReturnUpdated,
    Unmatched,
)
from lealtad.events.catalog.shared_types import FactSource
from lealtad.http import InvalidField, Problem, SafeValueError, SlugText, conflict, invalid, require_travelling_key
from lealtad.http.parameters import FlagInAddress
from lealtad.money import Money

POINTER = "/purchase"

EXAMPLE = {
    "type": "return",
    "source": {"system": "web-shop", "fact_id": "C536379", "customer_external_id": "17850"},
    "occurred_at": "2011-03-01T08:41:00+00:00",
    "purchase": "web-shop:536365",
    "lines": [{"sku": "85123A", "quantity": "1", "unit_price": "2.55"}],
    "reason": "damaged",
}


class NewReturn(FactRequest):
    """Goods that came back, or an invoice that was cancelled; quantities and total are positive."""

    model_config = documented(EXAMPLE)

    type: Literal["return"] = "return"
    purchase: FactRefText | None = Field(default=None, description="The purchase it belongs to, where known")
    lines: list[NewLine] = Field(
        default_factory=list, max_length=MAX_LINES, description="None, with a purchase: all that is left of it"
    )
    total: Money | None = Field(
        default=None,
        description="The refund. Default: for a recorded purchase the lines' share of the amount paid, else the "
        "sum of the lines",
    )
    reason: SlugText | None = None

    @model_validator(mode="after")
    def _names_what_comes_back(self) -> Self:
        if not (self.lines or self.total or self.purchase):
            raise SafeValueError("say what comes back: its purchase, its lines or its total")
        require_sensible_total(self.lines, self.total)
        return self


class Return(RecordedFact, PurchaseReturned):
    """A recorded return as it stands; without `purchase_id` it is unmatched, and `unmatched` says why."""


class ReturnFilters(FactFilters):
    """Conditions on listed returns."""

    matched: Annotated[
        FlagInAddress | None, Field(description="Only those with a recorded purchase, or only those without")
    ] = None


def decide_return(fact: NewReturn, context: FactContext) -> PurchaseReturned:
    """Return the event of the return.

    Against a recorded purchase it may not exceed what is left of it (409). Without a total, lines give back their share
    of what was paid; without both, all that is left comes back. A return of a purchase that is not recorded waits for
    it with the amount of its lines or total (422 without both).
    """
    purchase = context.batch.state(Purchases).find(fact.purchase, context)
    return _matched(fact, purchase, context) if purchase else _unmatched(fact, context)


def repeats_return(fact: NewReturn, recorded: PurchaseReturned, context: FactContext) -> bool:
    """Return whether a request means the recorded return: by other names, or with the refund that was computed."""
    if not names_purchase(fact.purchase, recorded, context.batch) or fact.reason != recorded.reason:
        return False
    if fact.total is None:
        total = recorded.total if not recorded.total_fixed else value_of(fact.lines, context.batch.currency)
    else:
        total = fact.total
    return total == recorded.total and same_lines(event_lines(fact.lines), recorded.lines)


def apply_return(batch: FactBatch, fact: NewFact) -> None:
    """Let later facts of the batch see what is left of the purchase, or match the return."""
    event = fact.event
    if not isinstance(event, PurchaseReturned):
        return
    if event.purchase_id:
        add_return(batch, batch.state(Purchases).by_id[event.purchase_id], fact.id, event)
    elif event.named_purchase:
        named = Source(event.named_purchase.system, event.named_purchase.fact_id)
        stored = StoredFact(fact.id, fact.kind.name, event.customer_id, fact.fingerprint, fact.data)
        batch.waiting.setdefault(named, {})[fact.id] = stored


async def save_matches(connection: Connection, facts: Sequence[NewFact]) -> None:
    """Write which returns belong to which purchases, and which wait for one."""
    events = {fact.id: fact.event for fact in facts if isinstance(fact.event, PurchaseReturned)}
    if matches := {key: event.purchase_id for key, event in events.items() if event.purchase_id}:
        await repository.insert_matches(connection, matches)
    waiting = {
        key: Source(event.named_purchase.system, event.named_purchase.fact_id)
        for key, event in events.items()
        if event.named_purchase and not event.purchase_id
    }
    if waiting:
        await repository.insert_waiting(connection, waiting)


def _matched(fact: NewReturn, purchase: KnownPurchase, context: FactContext) -> PurchaseReturned:
    left = purchase.state.left
    lines = event_lines(fact.lines)
    total, computed = fact.total, False
    if total is None and lines:
        # The rule for all returns of the purchase computes the refund below.
        total, computed = Money(amount=ZERO, currency=left.currency), True
    elif total is None:
        lines = [_event_line(line) for line in left.remaining_lines()]
        total = Money(amount=left.remaining, currency=left.currency)
        if not lines and not left.remaining:
            raise _exceeds("nothing is left of the purchase")
    event = PurchaseReturned(
        **context.shared,
        purchase_id=purchase.id,
        lines=lines,
        total=total,
        total_fixed=not computed,
        reason=fact.reason,
    )
    try:
        state = purchase.state.with_return(context.id, matched_return(event))
    except ExceedsPurchaseError as error:
        raise _exceeds(str(error)) from None
    return event.model_copy(update={"total": Money(amount=state.refunds[context.id], currency=left.currency)})


def _unmatched(fact: NewReturn, context: FactContext) -> PurchaseReturned:
    named = _named(fact, context) if fact.purchase else None
    if not (fact.lines or fact.total):
        raise _unspecified()
    return PurchaseReturned(
        **context.shared,
        named_purchase=named,
        unmatched=Unmatched.AWAITS_PURCHASE if named else Unmatched.NO_PURCHASE_NAMED,
        lines=event_lines(fact.lines),
        total=fact.total or value_of(fact.lines, context.batch.currency),
        total_fixed=fact.total is not None or named is None,
        reason=fact.reason,
    )


def _named(fact: NewReturn, context: FactContext) -> FactSource:
    """Return the name of a purchase that is not recorded; raise 422 if it may not travel, and 409 if too many wait."""
    named = parse_fact_ref(fact.purchase or "", POINTER)
    if isinstance(named, UUID):
        raise TypeError("find() refuses an id that no purchase has")
    require_travelling_key(named.fact_id, POINTER)
    waiting = context.batch.state(Purchases).waiting.get(named, 0) + len(context.batch.waiting.get(named, {}))
    if waiting >= MAX_RETURNS:
        raise conflict(
            "too-many-returns-wait",
            "Too many returns wait for the purchase",
            f"{MAX_RETURNS} returns wait for this purchase. Record the purchase, then send the return again.",
        )
    return FactSource(system=named.system, fact_id=named.fact_id)


def _event_line(line: Line) -> PurchaseLine:
    return PurchaseLine(
        sku=line.sku, product_line=line.product_line, quantity=line.quantity, unit_price=line.unit_price
    )


def _exceeds(violation: str) -> Problem:
    return conflict(
        "return-exceeds-purchase",
        "More comes back than was bought",
        f"Correct the return, or leave `purchase` out if it belongs to another one: {violation}.",
    )


def _unspecified() -> Problem:
    hint = "lines with what comes back, or the total that is given back"
    error = InvalidField(pointer="/lines", message="needed, because the purchase is not known", hint=hint)
    return invalid(
        "Record the purchase that the return names, then send the return again; or say what comes back now.", [error]
    )


RETURN = FactKind(
    name="return",
    plural="returns",
    description="""Record a return.

    With a purchase that we know it may not exceed what is left of it (409), and without lines all that is left comes
    back. A return that comes before the purchase that it names waits for it, with the amount of its lines or its total;
    without both it is refused until the purchase is recorded (422). With no purchase it is kept unmatched. A refund
    that follows from the lines may still change by a return or a purchase that comes late.
    """,
    request=NewReturn,
    resource=Return,
    events=(PurchaseReturned,),
    decide=decide_return,
    listed=FactList(filters=ReturnFilters),
    part=ViewPart(),
    totals=(
        count("returns", PurchaseReturned),
        amount("returned", PurchaseReturned, lambda returned: returned.total.amount),
    ),
    related=(Purchases,),
    apply=apply_return,
    repeats=repeats_return,
    save=save_matches,
    updates=FactUpdates(
        event=PurchaseReturnUpdated, save=repository.update_returns, fact_id=lambda update: update.return_id
    ),
)
