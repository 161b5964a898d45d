"""Routes of decisions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from campaigns.decisions import commands, queries
from campaigns.decisions.schemas import Decision, NewDecision
from lealtad.http import Command, CustomerRefInPath, Page, PageWanted, Query, problems, reads, writes

router = APIRouter(prefix="/v1", tags=["decisions"])
Reads = Annotated[Query, Depends(reads("decisions:read"))]
DecisionId = Annotated[UUID, Path(description="Id of a decision")]


@router.get("/customers/{ref}/next-best-action", response_model=Decision, responses=problems(404))
async def read_next_best_action(ref: CustomerRefInPath, query: Reads) -> Response:
    """Read the next-best action of a customer.

    The standing decision, made when the customer's situation last changed; nothing is computed. It names the best offer
    and channel, the earliest time, the words, every other action with its priority, every action that is ruled out with
    the rule, and the facts it newly included. `action: null` is an answer, too, with its `reason`.
    """
    return await query.run(lambda uow: queries.read_next_best_action(uow, ref))


@router.get("/customers/{ref}/decisions", response_model=Page[Decision], responses=problems(404))
async def list_decisions(ref: CustomerRefInPath, page: PageWanted, query: Reads) -> Response:
    """List the decisions about a customer.

    Newest first: what was best when, why, and what it was decided on. Decisions asked for by a channel are among them.
    """
    return await query.run(lambda uow: queries.list_decisions(uow, ref, page))


@router.post("/decisions", status_code=201, response_model=Decision, responses=problems(404))
async def ask_for_a_decision(
    body: NewDecision, command: Annotated[Command, Depends(writes("decisions:write"))]
) -> Response:
    """Ask for a decision.

    For a channel that has the customer before it: decides now, among the actions on that channel. Say
    `initiated_by: customer` when the customer called or came in: then contact hours do not apply. The decision is
    stored and holds for the minutes that the contact policy says, counted from when contact hours allow the contact;
    the standing next-best action stays as it is.
    """
    return await command.run(lambda uow: commands.request_decision(uow, body))


@router.get("/decisions/{decision_id}", response_model=Decision, responses=problems(404))
async def explain_decision(decision_id: DecisionId, query: Reads) -> Response:
    """Explain a decision.

    As it was recorded when it was made: offer, policy and definition versions, score and segments with their as-of,
    priorities, exclusions, action probability, seed, hold-out arm, ages of the inputs and causes.
    """
    return await query.run(lambda uow: queries.read_decision(uow, decision_id))
