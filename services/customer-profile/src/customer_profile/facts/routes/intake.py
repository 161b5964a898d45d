"""Routes that take facts in, one at a time."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from customer_profile.facts.commands.group_commits import GroupCommit
from customer_profile.facts.commands.record_facts import record_fact
from customer_profile.facts.schemas import requests, resources
from customer_profile.facts.schemas.requests import ContractStepRequest, FactRequest
from customer_profile.fields import FactRefInPath
from customer_profile.metrics import count_fact
from lealtad.http import Answer, Command, InvalidField, Problem, invalid, problems, writes

router = APIRouter(prefix="/v1")
Facts = Annotated[Command, Depends(writes("facts:write"))]


def _answers(model: type[BaseModel]) -> dict[str, Any]:
    """Return what every route of facts answers: 201 with the fact, 200 for the same fact again, or a problem."""
    again: dict[int | str, dict[str, Any]] = {200: {"model": model, "description": "The same fact was recorded before"}}
    return {"status_code": 201, "response_model": model, "responses": {**again, **problems(404, 409, 410)}}


@router.post("/purchases", tags=["purchases"], **_answers(resources.Purchase))
async def record_purchase(body: requests.NewPurchase, command: Facts) -> Response:
    """Record a purchase.

    One invoice with up to 500 lines. The customer may be named by its id in the source system; a customer nobody knows
    becomes a provisional one, if the intake policy says so. Sent again with the same (system, fact id) and content it
    answers 200 with the recorded purchase, with other content 409.
    """
    return await _record(command, body)


@router.post("/returns", tags=["returns"], **_answers(resources.Return))
async def record_return(body: requests.NewReturn, command: Facts) -> Response:
    """Record a return.

    With a purchase that we know it may not exceed what is left of it (409), and without lines all that is left comes
    back. With a purchase that was not recorded, or none, it is kept unmatched.
    """
    return await _record(command, body)


@router.post("/payments", tags=["payments"], **_answers(resources.Payment))
async def record_payment(body: requests.NewPayment, command: Facts) -> Response:
    """Record a payment that arrived, or one that failed.

    A failed payment is a sign that a customer may leave; say why in `reason`.
    """
    return await _record(command, body)


@router.post("/touchpoints", tags=["touchpoints"], **_answers(resources.Touchpoint))
async def record_touchpoint(body: requests.NewTouchpoint, command: Facts) -> Response:
    """Record a touchpoint.

    A moment of truth: its kind, the phase of the life cycle, the channel, and how the customer felt. No free text: it
    travels with the event.
    """
    return await _record(command, body)


@router.post("/contracts", tags=["contracts"], **_answers(resources.ContractStep))
async def start_contract(body: requests.NewContract, command: Facts) -> Response:
    """Record the start of a contract.

    The contract's id is the id of this fact. It runs from `starts_at` until its agreed end, if there is one.
    """
    return await _record(command, body)


@router.post("/contracts/{contract}/change", tags=["contracts"], **_answers(resources.ContractStep))
async def change_contract(contract: FactRefInPath, body: requests.ContractChange, command: Facts) -> Response:
    """Record a change of a contract.

    What is not given stays. A change that happened before one already recorded is refused (409), so is any after the
    cancellation.
    """
    return await _record(command, _of(contract, body))


@router.post("/contracts/{contract}/cancel", tags=["contracts"], **_answers(resources.ContractStep))
async def cancel_contract(contract: FactRefInPath, body: requests.ContractCancellation, command: Facts) -> Response:
    """Record the cancellation of a contract.

    It takes effect at `ends_at`, by default at once. A contract is cancelled once; a second cancellation answers 409.
    """
    return await _record(command, _of(contract, body))


def _of(contract: str, body: ContractStepRequest) -> ContractStepRequest:
    if body.contract not in (None, contract):
        error = InvalidField(
            pointer="/contract", message="names another contract than the address", hint="leave it out"
        )
        raise invalid("Name one contract.", [error])
    return body.model_copy(update={"contract": contract})


async def _record(command: Command, fact: FactRequest) -> Response:
    command.runtime.database.resources.intake_throttle.note_live()
    try:
        take = _gathered if command.context.idempotency_key is None else _alone
        response = await take(command, fact)
    except Problem as problem:
        count_fact(fact.type, problem.status)
        raise
    count_fact(fact.type, response.status_code)
    return response


async def _gathered(command: Command, fact: FactRequest) -> Response:
    group_commit: GroupCommit = command.runtime.database.resources.group_commit
    outcome = await group_commit.submit(fact, command.context.traceparent)
    if isinstance(outcome, Problem):
        raise outcome
    return Answer(outcome.body(), status=outcome.status).rendered().response()


async def _alone(command: Command, fact: FactRequest) -> Response:
    # The key and its answer are stored in the transaction of this fact.
    return await command.run(lambda uow: record_fact(uow, fact))
