"""Use case: say whose case it is."""

from uuid import UUID

from complaints.cases import loading, showing
from complaints.cases.recording import record
from complaints.cases.stored import Change
from complaints.customers.identifying import identify
from complaints.domain import journey
from complaints.policy.models import rules_in_force
from lealtad.customers import unknown_customer
from lealtad.http import Answer, CustomerRef, conflict
from lealtad.unit_of_work import UnitOfWork


async def attach(uow: UnitOfWork, case_id: UUID, ref_text: str, actor: str, if_match: str | None) -> Answer:
    """Attach a case to the customer that `ref_text` names; the same customer again changes nothing.

    Raises 404 for a customer that is not known here, 409 when the case belongs to another one.
    """
    customer = await identify(uow.connection, CustomerRef.parse(ref_text, "/customer"))
    if customer is None:
        raise unknown_customer(ref_text)
    stored = await loading.lock(uow, case_id, if_match)
    if stored.case.customer_id == customer.id:
        return Answer(showing.shown(stored), etag=stored.case.version)
    policy = await rules_in_force(uow.connection)
    intake, begun = stored.intake, stored.case.clock_started_at
    due_at = policy.due_at(intake.kind, intake.severity, customer.tier, begun)
    try:
        entry = journey.attachment(stored.case, uow.now, customer_id=customer.id, tier=customer.tier, due_at=due_at)
    except journey.AlreadyAttachedError as error:
        raise conflict(
            "case-attached",
            "The case belongs to another customer",
            "Read the case; open a new one for this customer if both complain.",
            customer_id=str(error.customer_id),
        ) from error
    [recorded] = await record(uow, [Change(stored, entry, actor)])
    return Answer(showing.shown(recorded.after), etag=entry.number)
