"""Batches of facts as callers send and see them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    BaseModel,
    Field,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from customer_profile.facts import examples
from customer_profile.facts.kinds import Kind
from customer_profile.facts.schemas.requests import AnyFactRequest, FactRequest
from lealtad.events.cause import Lane
from lealtad.http import InvalidField, ProblemDocument, RequestBody
from lealtad.http.batch_body import Items
from lealtad.http.batch_items import InvalidItem

MOST_FACTS = 1000


def _fact_or_errors(item: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(item, FactRequest | InvalidItem):  # read already
        return item
    if isinstance(item, dict) and "type" not in item:
        choices = f"one of {', '.join(Kind)}"
        return InvalidItem(errors=[InvalidField(pointer="/type", message="is missing", hint=choices)])
    try:
        return handler(item)
    except ValidationError as error:
        return InvalidItem.of(error, item)


FactOrErrors = Annotated[AnyFactRequest, WrapValidator(_fact_or_errors)]
FACTS = Items("facts", MOST_FACTS, TypeAdapter(FactOrErrors).validate_python)


class NewBatch(RequestBody):
    """Up to a thousand facts of any kinds and customers."""

    model_config = examples.documented(examples.BATCH, examples.BACKFILL)

    mode: Lane = Field(
        default=Lane.LIVE,
        description="`backfill` loads history: live facts go before it, each customer is evaluated once when the load "
        "is over, it never leads to a contact, and facts may be as old as the intake policy says for it",
    )
    facts: list[FactOrErrors] = Field(min_length=1, max_length=MOST_FACTS)


class BatchItem(BaseModel):
    """What became of one fact."""

    status: int = Field(description="As the fact's own address would have answered: 201, 200, 404, 409, 410, 422 …")
    id: UUID | None = Field(default=None, description="Of the fact and of its event")
    customer_id: UUID | None = None
    problem: ProblemDocument | None = None


class Batch(BaseModel):
    """What became of each fact, in the order in which they were sent."""

    recorded: int = Field(description="Facts that are new")
    repeated: int = Field(description="Facts that had been recorded before, with the same content")
    refused: int
    items: list[BatchItem]
