"""Read the current next-best action and any decision. Nothing is decided here."""

from uuid import UUID

from campaigns.decisions import repository
from campaigns.decisions.schemas import Decision
from lealtad.customers import find, unknown_customer
from lealtad.db import Connection, Row
from lealtad.http import CustomerRef, Page, PageQuery, Problem, not_found
from lealtad.unit_of_work import UnitOfWork


async def read_next_best_action(uow: UnitOfWork, reference: str) -> Decision:
    """Return the current decision of a customer; raise 404 while there is none."""
    row = await repository.find_current_decision(uow.connection, CustomerRef.parse(reference))
    if row is None:
        await find_customer_id(uow.connection, reference)
        raise Problem(
            404,
            "no-decision-yet",
            "Nothing was decided yet",
            "Try again in a moment: the customer has just become known. Or ask with POST /v1/decisions.",
        )
    return Decision.of(row)


async def read_current_decision(uow: UnitOfWork, customer_id: UUID) -> Decision:
    """Return the current decision of a customer with decisions; after a merge the survivor's, if there is one."""
    row = await repository.find_current_decision(uow.connection, CustomerRef(id=customer_id))
    if row is None and (decision_id := await repository.find_current_decision_id(uow.connection, customer_id)):
        row = await repository.find(uow.connection, decision_id)
    if row is None:
        raise not_found("decision", customer_id)
    return Decision.of(row)


async def read_decision(uow: UnitOfWork, decision_id: UUID) -> Decision:
    """Return a decision; raise 404 if it does not exist."""
    return Decision.of(await read_decision_row(uow, decision_id))


async def list_decisions(uow: UnitOfWork, reference: str, page: PageQuery) -> Page[Decision]:
    """Return a page of a customer's decisions, newest first."""
    customer_id = await find_customer_id(uow.connection, reference)
    before = page.after(UUID)
    rows = await repository.list_page(
        uow.connection, customer_id, before=before[0] if before else None, limit=page.limit
    )
    return Page.of(rows, page.limit, lambda row: (row.decision_id,), Decision.of)


async def read_decision_row(uow: UnitOfWork, decision_id: UUID) -> Row:
    """Return the row of a decision; raise 404 if it does not exist."""
    row = await repository.find(uow.connection, decision_id)
    if row is None:
        raise not_found("decision", decision_id)
    return row


async def find_customer_id(connection: Connection, reference: str, pointer: str = "ref") -> UUID:
    """Return the id of the customer that `reference` (id or source:external_id) names; raise 404 or 422.

    A customer may have a decision before the customer's own state arrives, because other events carry the id.
    """
    ref = CustomerRef.parse(reference, pointer)
    customer_id = await find(connection, ref)
    if customer_id is None and ref.id and await repository.find_current_decision_id(connection, ref.id):
        return ref.id
    if customer_id is None:
        raise unknown_customer(reference)
    return customer_id
