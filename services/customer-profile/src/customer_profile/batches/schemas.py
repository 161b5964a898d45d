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
from customer_profile.facts.inputs import AnyFactIn, FactIn
from customer_profile.facts.kinds import Kind
from lealtad.events.cause import Lane
from lealtad.http import InvalidField, Problem, ProblemDocument, RequestBody, invalid
from lealtad.http.batch_body import Items
from lealtad.http.validation_errors import failures_of

MOST_FACTS = 1000
MOST_ERRORS_OF_AN_ITEM = 10
"""Fewer than a request of its own would be told: an answer has a thousand items."""


class Unreadable(BaseModel):
    """An item that is no fact, with what is wrong about it: the other items go on."""

    errors: list[InvalidField]
    left_out: int = 0

    @classmethod
    def of(cls, error: ValidationError, item: object = None) -> "Unreadable":
        """Return what stands for an item of which `error` says what is wrong."""
        fields, left_out = failures_of(error, item, MOST_ERRORS_OF_AN_ITEM)
        return cls(errors=fields, left_out=left_out)

    def problem(self) -> Problem:
        """Return what the item is answered."""
        return invalid("Correct what `errors` points at.", self.errors, left_out=self.left_out)


def _fact_or_errors(item: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(item, FactIn | Unreadable):  # read already
        return item
    if isinstance(item, dict) and "type" not in item:
        choices = f"one of {', '.join(Kind)}"
        return Unreadable(errors=[InvalidField(pointer="/type", message="is missing", hint=choices)])
    try:
        return handler(item)
    except ValidationError as error:
        return Unreadable.of(error, item)


FactOrErrors = Annotated[AnyFactIn, WrapValidator(_fact_or_errors)]
FACTS = Items("facts", MOST_FACTS, TypeAdapter(FactOrErrors).validate_python)


class BatchIn(RequestBody):
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


class BatchAnswer(BaseModel):
    """What became of each fact, in the order in which they were sent."""

    recorded: int = Field(description="Facts that are new")
    repeated: int = Field(description="Facts that had been recorded before, with the same content")
    refused: int
    items: list[BatchItem]
