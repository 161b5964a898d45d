"""Use cases: read the standing next-best action, and explain any decision. Nothing is computed here."""

from uuid import UUID

from campaigns.decisions import repository
from campaigns.decisions.schemas import DecisionOut
from lealtad.customers import find, unknown_customer
from lealtad.db import Connection, Row
from lealtad.http import CustomerRef, Page, PageQuery, Problem, not_found
from lealtad.unit_of_work import UnitOfWork


async def read_next_best_action(uow: UnitOfWork, reference: str) -> DecisionOut:
    """Return the standing decision of a customer; 404 while there is none."""
    standing = await repository.read_standing(uow.connection, CustomerRef.parse(reference))
    if standing is None:
        await resolve(uow.connection, reference)
        raise Problem(
            404,
            "no-decision-yet",
            "Nothing was decided yet",
            "Try again in a moment: the customer has just become known. Or ask with POST /v1/decisions.",
        )
    return DecisionOut.of(standing)


async def read_standing(uow: UnitOfWork, customer_id: UUID) -> DecisionOut:
    """Return the standing decision of a customer who was decided on; after a merge the survivor's, if there is one."""
    standing = await repository.read_standing(uow.connection, CustomerRef(id=customer_id))
    if standing is None and (decision_id := await repository.standing_of(uow.connection, customer_id)):
        standing = await repository.read(uow.connection, decision_id)
    if standing is None:
        raise not_found("decision", customer_id)
    return DecisionOut.of(standing)


async def read_decision(uow: UnitOfWork, decision_id: UUID) -> DecisionOut:
    """Return a decision; 404 where there is none."""
    return DecisionOut.of(await existing(uow, decision_id))


async def list_of_customer(uow: UnitOfWork, reference: str, page: PageQuery) -> Page[DecisionOut]:
    """Return a page of a customer's decisions, newest first."""
    customer_id = await resolve(uow.connection, reference)
    before = page.after(UUID)
    rows = await repository.page(uow.connection, customer_id, before=before[0] if before else None, limit=page.limit)
    return Page.of(rows, page.limit, lambda row: (row.decision_id,), DecisionOut.of)


async def existing(uow: UnitOfWork, decision_id: UUID) -> Row:
    """Return the row of a decision; 404 where there is none."""
    row = await repository.read(uow.connection, decision_id)
    if row is None:
        raise not_found("decision", decision_id)
    return row


async def resolve(connection: Connection, reference: str, pointer: str = "ref") -> UUID:
    """Return the id of the customer that `reference` (id or source:external_id) names; raise 404 or 422.

    A customer may be decided on, by what others say under the id, before the customer's own state arrives.
    """
    ref = CustomerRef.parse(reference, pointer)
    found = await find(connection, ref)
    if found is None and ref.id and await repository.standing_of(connection, ref.id):
        return ref.id
    if found is None:
        raise unknown_customer(reference)
    return found
