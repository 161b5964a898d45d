"""The route that registers many customers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from customer_profile.batches.commands.register_customer_batch import CustomerBatchIntake, batch_document
from customer_profile.batches.schemas.customers import CUSTOMERS, CustomerBatchOutcome, NewCustomerBatch
from lealtad.http import Answer, Command, writes
from lealtad.http.batch_body import route_of_batches

PATH = "/v1/customer-batches"
router = APIRouter(prefix=PATH, tags=["customers"], route_class=route_of_batches(CUSTOMERS))


@router.post("", response_model=CustomerBatchOutcome)
async def register_customers(
    body: NewCustomerBatch, command: Annotated[Command, Depends(writes("customers:write"))]
) -> Response:
    """Register up to a thousand customers.

    For the first load of a customer base, and for systems that pass new customers on at intervals. Every registration
    is committed, or refused, on its own, as `POST /v1/customers` would. Each needs an external id, by which a batch
    that is sent again after a failure finds the customers that are registered already: it needs no `Idempotency-Key`.
    For a registered customer with the same profile the status is 200 and nothing changes; with another profile it is
    409: change that customer instead.
    """
    database = command.runtime.database
    intake = CustomerBatchIntake(database, command.context.traceparent, database.resources.batch_transaction_facts)
    return Answer(batch_document(await intake.register(body.customers))).rendered().response()
