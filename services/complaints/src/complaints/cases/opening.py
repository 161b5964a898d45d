"""Use case: take a case in, acknowledge it at once, and say when it is due."""

from http import HTTPStatus

from complaints.cases import repository, rows, showing
from complaints.cases.plausibility import require_known_cause, require_plausible_time
from complaints.cases.recording import record
from complaints.cases.schemas import CaseIn
from complaints.cases.stored import AUTOMATIC, UNKNOWN_CONTENT, Change, Intake, Recorded, StoredCase
from complaints.customers.identifying import identify
from complaints.domain import journey
from complaints.domain.case import Entry, begin
from complaints.domain.fingerprint import fingerprint
from complaints.domain.lifecycle import Step
from complaints.domain.service_level import ServicePolicy
from complaints.policy.models import rules_in_force
from lealtad.clock import system_now
from lealtad.events.catalog.shared_types import FactSource
from lealtad.events.envelope import EventRef
from lealtad.http import Answer, CustomerRef, conflict, require_travelling_key
from lealtad.ids import new_id
from lealtad.unit_of_work import UnitOfWork


async def open_case(uow: UnitOfWork, body: CaseIn, actor: str) -> Answer:
    """Take a case in (201), or answer again what was answered when its source's fact came first (200).

    The customer may be unknown: the case is its own key until it is attached. Raises 409 when the fact came
    before with other content, 422 for an unknown cause or a time outside the limits of the policy.
    """
    if body.fact and (answer := await _answered_before(uow, body)):
        return answer
    policy = await rules_in_force(uow.connection)
    require_plausible_time(body.occurred_at, uow.now, policy)
    await require_known_cause(uow.connection, body.cause)
    ref = CustomerRef.parse(body.customer_ref, body.customer_place) if body.customer_ref else None
    opening = await _opening(uow, body, ref, policy)
    begun = StoredCase(new_id(), _intake(body, policy), begin(opening, body.occurred_at or uow.now))
    if not await repository.insert_opened(uow.connection, rows.opened_row(begun, ref, _fingerprint(body))):
        # The same fact came in twice at once, and the other request was first: now it has an answer.
        return await open_case(uow, body, actor)
    recorded = await _record_opening(uow, begun, opening, policy, description=body.description, actor=actor)
    return await _receipt(uow, recorded, body)


async def _opening(uow: UnitOfWork, body: CaseIn, ref: CustomerRef | None, policy: ServicePolicy) -> Entry:
    customer = await identify(uow.connection, ref) if ref else None
    if customer is None and ref and ref.source and ref.external_id:
        # A known customer's key was guarded when it was taken in, where that was; this one is taken in here.
        require_travelling_key(ref.source, body.customer_place)
        require_travelling_key(ref.external_id, body.customer_place)
    tier = customer.tier if customer else None
    due_at = policy.due_at(body.kind, body.severity, tier, body.occurred_at or uow.now)
    return journey.opening(uow.now, due_at=due_at, tier=tier, customer_id=customer.id if customer else None)


async def _record_opening(
    uow: UnitOfWork, begun: StoredCase, opening: Entry, policy: ServicePolicy, *, description: str, actor: str
) -> list[Recorded]:
    [opened] = await record(uow, [Change(begun, opening, actor, text=description)])
    if not policy.acknowledge_at_intake:
        return [opened]
    greeting = journey.step(begun.case, Step.ACKNOWLEDGE, uow.now)
    return [opened, *await record(uow, [Change(begun, greeting, AUTOMATIC, causes=[_event_of(opened).cause])])]


async def _receipt(uow: UnitOfWork, recorded: list[Recorded], body: CaseIn) -> Answer:
    standing = recorded[-1].after
    receipt = showing.opened(standing, _event_of(recorded[0]).id)
    if body.fact:
        await repository.keep_receipt(uow.connection, standing.id, receipt.model_dump(mode="json"))
    return Answer(receipt, status=HTTPStatus.CREATED, etag=receipt.version)


def _event_of(opened: Recorded) -> EventRef:
    if opened.event is None:
        raise AssertionError("an opening is always announced")
    return opened.event


async def _answered_before(uow: UnitOfWork, body: CaseIn) -> Answer | None:
    row = await repository.by_fact(uow.connection, body.fact) if body.fact else None
    if row is None:
        return None
    if row.fingerprint not in {UNKNOWN_CONTENT, _fingerprint(body)}:
        raise conflict(
            "fact-conflict",
            "This fact came before with other content",
            "Send exactly what was sent first to get its answer, or a new fact_id for another case.",
            case_id=str(row.id),
        )
    return Answer(row.receipt, etag=row.receipt["version"])


def _fingerprint(body: CaseIn) -> bytes:
    return fingerprint(body.model_dump(mode="json"))


def _intake(body: CaseIn, policy: ServicePolicy) -> Intake:
    return Intake(
        kind=body.kind,
        severity=body.severity,
        channel=body.channel,
        cause=body.cause,
        product_line=body.product_line,
        source=body.fact,
        about=FactSource(**body.about.model_dump()) if body.about else None,
        mutes=body.kind in policy.muting_kinds,
        recorded_at=system_now(),
    )
