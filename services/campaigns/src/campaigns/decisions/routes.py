"""Routes of decisions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from campaigns.decisions import commands, queries
from campaigns.decisions.schemas import Decision, NewDecision
from lealtad.http import Command, CustomerRefInPath, Page, PageWanted, Query, problems, reads, writes
from lealtad.scalars import Identifier

router = APIRouter(prefix="/v1", tags=["decisions"])
Reads = Annotated[Query, Depends(reads("decisions:read"))]
DecisionId = Annotated[Identifier, Path(description="Id of a decision")]


@router.get("/customers/{ref}/next-best-action", response_model=Decision, responses=problems(404))
async def read_next_best_action(ref: CustomerRefInPath, query: Reads) -> Response:
    """Read the next-best action of a customer.

    The current decision was made when the customer's situation last changed. This route computes nothing. The decision
    names the best offer and channel, the earliest time and the texts. It lists every other action with its priority,
    every excluded action with the rule, and the facts that it newly included. `action: null` is a valid result with a
    `reason`.
    """
    return await query.run(lambda uow: queries.read_next_best_action(uow, ref))


@router.get("/customers/{ref}/decisions", response_model=Page[Decision], responses=problems(404))
async def list_decisions(ref: CustomerRefInPath, page: PageWanted, query: Reads) -> Response:
    """List the decisions about a customer.

    The list is newest first. Each decision has its reason and inputs. It includes decisions that a channel requested.
    """
    return await query.run(lambda uow: queries.list_decisions(uow, ref, page))


@router.post("/decisions", status_code=201, response_model=Decision, responses=problems(404))
async def request_decision(
    body: NewDecision, command: Annotated[Command, Depends(writes("decisions:write"))]
) -> Response:
    """Ask for a decision.

    A channel that is in touch with the customer requests a decision among the actions on that channel. Send
    `initiated_by: customer` if the customer called or came in: then contact hours do not apply. The decision is stored.
    It is valid for `asked_validity_minutes` of the contact policy, from the moment that contact hours allow. The
    current next-best action does not change.
    """
    return await command.run(lambda uow: commands.request_decision(uow, body))


@router.get("/decisions/{decision_id}", response_model=Decision, responses=problems(404))
async def explain_decision(decision_id: DecisionId, query: Reads) -> Response:
    """Explain a decision.

    The record was stored with the decision. It holds the versions of offer and policy, score and segments with their
    as-of, and priorities. It also holds exclusions, action probability, seed, hold-out arm, input ages and causes.
    """
    return await query.run(lambda uow: queries.read_decision(uow, decision_id))
