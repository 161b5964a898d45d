"""Open a case, acknowledge it at once, and compute when it is due."""

from http import HTTPStatus

from complaints.cases.commands.check_intake import check_cause, check_occurrence_time
from complaints.cases.commands.is_repeat import is_repeat
from complaints.cases.commands.record_changes import record_changes
from complaints.cases.repository.cases import find_case_by_fact, insert_case, update_receipt
from complaints.cases.repository.rows import opened_row
from complaints.cases.schemas.answers import OpenedCase
from complaints.cases.schemas.requests import NewCase
from complaints.customers.queries import lock_customer
from complaints.domain import journey
from complaints.domain.case import Entry, begin
from complaints.domain.fingerprint import UNKNOWN_CONTENT, fingerprint
from complaints.domain.lifecycle import Step
from complaints.domain.service_level import ServicePolicy
from complaints.domain.stored_case import SERVICE_ACTOR, AppliedChange, CaseChange, IntakeDetails, StoredCase
from complaints.policy.queries import read_rules
from lealtad.clock import system_now
from lealtad.events.catalog.shared_types import FactSource
from lealtad.events.envelope import EventRef
from lealtad.http import Answer, CustomerRef, conflict, require_travelling_key
from lealtad.ids import new_id
from lealtad.unit_of_work import UnitOfWork


async def open_case(uow: UnitOfWork, body: NewCase, actor: str) -> Answer:
    """Open a case (201), or return the stored first answer when the source's fact is known (200).

    The customer may be unknown: the case is its own key until it is attached. Raise 409 when the fact came before
    with other content, 422 for an unknown cause or a time outside the limits of the policy.
    """
    if body.source_fact and (answer := await _first_answer(uow, body, body.source_fact)):
        return answer
    rules = await read_rules(uow.connection)
    check_occurrence_time(body.occurred_at, uow.now, rules)
    await check_cause(uow.connection, body.cause)
    ref = CustomerRef.parse(body.customer_ref, body.customer_pointer) if body.customer_ref else None
    opening = await _opening_entry(uow, body, ref, rules)
    begun = StoredCase(new_id(), _intake_details(body, rules), begin(opening, body.occurred_at or uow.now))
    if not await insert_case(uow.connection, opened_row(begun, ref, _fingerprint(body))):
        # The same fact came in twice at once, and the other request was first. Its answer is stored by now.
        return await open_case(uow, body, actor)
    applied = await _record_opening(uow, begun, opening, rules, description=body.description, actor=actor)
    return await _store_answer(uow, applied, body)


async def _opening_entry(uow: UnitOfWork, body: NewCase, ref: CustomerRef | None, rules: ServicePolicy) -> Entry:
    customer = await lock_customer(uow.connection, ref) if ref else None
    if customer is None and ref and ref.source and ref.external_id:
        # The key of a known customer was checked when customer-profile received it. This key comes in here first.
        require_travelling_key(ref.source, body.customer_pointer)
        require_travelling_key(ref.external_id, body.customer_pointer)
    tier = customer.tier if customer else None
    due_at = rules.due_at(body.kind, body.severity, tier, body.occurred_at or uow.now)
    return journey.opening(uow.now, due_at=due_at, tier=tier, customer_id=customer.id if customer else None)


async def _record_opening(
    uow: UnitOfWork, begun: StoredCase, opening: Entry, rules: ServicePolicy, *, description: str, actor: str
) -> list[AppliedChange]:
    [opened] = await record_changes(uow, [CaseChange(begun, opening, actor, text=description)])
    if not rules.acknowledge_at_intake:
        return [opened]
    acknowledgement = journey.step(begun.case, Step.ACKNOWLEDGE, uow.now)
    change = CaseChange(begun, acknowledgement, SERVICE_ACTOR, causes=[_event_of(opened).cause])
    return [opened, *await record_changes(uow, [change])]


async def _store_answer(uow: UnitOfWork, applied: list[AppliedChange], body: NewCase) -> Answer:
    newest = applied[-1].after
    receipt = OpenedCase.from_stored(newest, event_id=_event_of(applied[0]).id)
    if body.source_fact:
        await update_receipt(uow.connection, newest.id, receipt.model_dump(mode="json"))
    return Answer(receipt, status=HTTPStatus.CREATED, etag=receipt.version)


def _event_of(opened: AppliedChange) -> EventRef:
    if opened.event is None:
        raise AssertionError("an opening is always announced")
    return opened.event


async def _first_answer(uow: UnitOfWork, body: NewCase, fact: FactSource) -> Answer | None:
    row = await find_case_by_fact(uow.connection, fact)
    if row is None:
        return None
    if row.fingerprint not in {UNKNOWN_CONTENT, _fingerprint(body)} and not await is_repeat(uow.connection, body, row):
        raise conflict(
            "fact-conflict",
            "This fact came before with other content",
            "Send what was sent first to get its answer, or a new fact_id for another case.",
            case_id=str(row.id),
        )
    return Answer(row.receipt, etag=row.receipt["version"])


def _fingerprint(body: NewCase) -> bytes:
    return fingerprint(body.model_dump(mode="json"))


def _intake_details(body: NewCase, rules: ServicePolicy) -> IntakeDetails:
    return IntakeDetails(
        kind=body.kind,
        severity=body.severity,
        channel=body.channel,
        cause=body.cause,
        product_line=body.product_line,
        source=body.source_fact,
        about=FactSource(**body.about.model_dump()) if body.about else None,
        mutes=body.kind in rules.muting_kinds,
        recorded_at=system_now(),
    )
