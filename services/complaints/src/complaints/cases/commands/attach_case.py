"""Attach a case to its customer."""

from uuid import UUID

from complaints.cases.commands.lock_case import lock_case
from complaints.cases.commands.record_changes import case_answer, record_change
from complaints.customers.queries import lock_customer
from complaints.domain import journey
from complaints.domain.stored_case import CaseChange
from complaints.policy.queries import read_rules
from lealtad.customers import unknown_customer
from lealtad.http import Answer, CustomerRef, conflict
from lealtad.unit_of_work import UnitOfWork


async def attach_case(uow: UnitOfWork, case_id: UUID, ref_text: str, actor: str, if_match: str | None) -> Answer:
    """Attach a case to the customer that `ref_text` names; the same customer again changes nothing.

    Raise 404 when the customer is unknown here, 409 when the case belongs to another customer.
    """
    customer = await lock_customer(uow.connection, CustomerRef.parse(ref_text, "/customer"))
    if customer is None:
        raise unknown_customer(ref_text)
    stored = await lock_case(uow, case_id, if_match)
    if stored.case.customer_id == customer.id:
        return case_answer(stored)
    rules = await read_rules(uow.connection)
    due_at = rules.due_at(stored.intake.kind, stored.intake.severity, customer.tier, stored.case.clock_started_at)
    try:
        entry = journey.attachment(stored.case, uow.now, customer_id=customer.id, tier=customer.tier, due_at=due_at)
    except journey.AlreadyAttachedError as error:
        raise conflict(
            "case-attached",
            "The case belongs to another customer",
            "Read the case; open a new one for this customer if both complain.",
            customer_id=str(error.customer_id),
        ) from error
    return await record_change(uow, CaseChange(stored, entry, actor))
