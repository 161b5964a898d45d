"""Batches of registrations as callers send and see them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from customer_profile.batches import examples
from customer_profile.customers.schemas import NewCustomer
from lealtad.http import ProblemDocument, RequestBody
from lealtad.http.batch_body import Items
from lealtad.http.batch_items import InvalidItem

MOST_CUSTOMERS = 1000


def _registration_or_errors(item: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(item, NewCustomer | InvalidItem):  # validated already
        return item
    try:
        return handler(item)
    except ValidationError as error:
        return InvalidItem.of(error, root=NewCustomer)


RegistrationOrErrors = Annotated[NewCustomer, WrapValidator(_registration_or_errors)]
CUSTOMERS = Items("customers", MOST_CUSTOMERS, TypeAdapter(RegistrationOrErrors).validate_python)


class NewCustomerBatch(RequestBody):
    """Up to a thousand customers, each with an external id."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [examples.CUSTOMER_BATCH]},
    )

    customers: list[RegistrationOrErrors] = Field(min_length=1, max_length=MOST_CUSTOMERS)


class CustomerBatchItem(BaseModel):
    """The outcome of one registration."""

    status: int = Field(
        description="201 registered; 200 a provisional customer was completed, or this profile was registered before; "
        "409, 422 … refused, as `POST /v1/customers` would have"
    )
    id: UUID | None = Field(default=None, description="Of the customer")
    event_id: UUID | None = Field(default=None, description="Of the announcement; null: nothing was announced")
    problem: ProblemDocument | None = None


class CustomerBatchOutcome(BaseModel):
    """The outcome of each registration, in the order of the request."""

    registered: int = Field(description="Customers who are new")
    known: int = Field(description="Provisional ones that were completed, and those registered before")
    refused: int
    items: list[CustomerBatchItem]
