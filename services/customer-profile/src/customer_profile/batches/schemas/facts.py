"""Batches of facts as callers send and see them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator, create_model

from customer_profile.batches.examples import BACKFILL_EXAMPLE, LIVE_EXAMPLE
from customer_profile.facts.kinds.registry import FactKinds
from customer_profile.facts.schemas import FactRequest, documented
from lealtad.events.cause import Lane
from lealtad.http import InvalidField, ProblemDocument, RequestBody
from lealtad.http.batch_items import InvalidItem

MAX_FACTS = 1000


class NewBatch(RequestBody):
    """Up to a thousand facts of any kinds and customers."""

    model_config = documented(LIVE_EXAMPLE, BACKFILL_EXAMPLE)

    mode: Lane = Field(
        default=Lane.LIVE,
        description="`backfill` loads history: live facts go before it, each customer is evaluated once when the load "
        "is over, it never leads to a contact, and facts may be as old as the intake policy says for it",
    )
    facts: list[Any]


class BatchItem(BaseModel):
    """The outcome of one fact."""

    status: int = Field(description="The status of the same fact at its own address: 201, 200, 404, 409, 410, 422 …")
    id: UUID | None = Field(default=None, description="Of the fact and of its event")
    customer_id: UUID | None = Field(default=None, description="null for a step whose contract is not known yet")
    in_effect: bool | None = Field(
        default=None, description="Of a step of a contract: whether it has an effect; its own address tells why not"
    )
    problem: ProblemDocument | None = None


class Batch(BaseModel):
    """The outcome of each fact, in the order of the request."""

    recorded: int = Field(description="Facts that are new")
    repeated: int = Field(description="Facts that had been recorded before, with the same content")
    refused: int
    items: list[BatchItem]


def fact_or_errors(kinds: FactKinds) -> Any:
    """Return the type of an item of a batch: a fact of one of the kinds, or an `InvalidItem`."""

    def read(item: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        if isinstance(item, FactRequest | InvalidItem):  # The route has validated the item already.
            return item
        if isinstance(item, dict) and "type" not in item:
            hint = f"one of {', '.join(kinds.names)}"
            return InvalidItem(errors=[InvalidField(pointer="/type", message="is missing", hint=hint)])
        try:
            return handler(item)
        except ValidationError as error:
            return InvalidItem.of(error, item, kinds.any_request())

    return Annotated[kinds.any_request(), WrapValidator(read)]


def batch_request(item: Any) -> type[NewBatch]:
    """Return the model of a batch of such items."""
    facts = (list[item], Field(min_length=1, max_length=MAX_FACTS))
    return create_model("NewBatch", __base__=NewBatch, __doc__=NewBatch.__doc__, facts=facts)
