"""Route that records batches of facts."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import TypeAdapter

from customer_profile.batches.commands.record_fact_batch import FactBatchIntake, Outcome
from customer_profile.batches.schemas.facts import MAX_FACTS, Batch, NewBatch, batch_request, fact_or_errors
from customer_profile.facts.kinds.registry import FactKinds
from lealtad.http import Answer, Command, Problem, writes
from lealtad.http.batch_body import Items, route_of_batches

PATH = "/v1/batches"


def batch_routes(kinds: FactKinds) -> APIRouter:
    """Return the route that records batches of facts of these kinds."""
    item = fact_or_errors(kinds)
    items = Items("facts", MAX_FACTS, TypeAdapter(item).validate_python)
    router = APIRouter(prefix=PATH, tags=["batches"], route_class=route_of_batches(items))
    record_batch.__annotations__["body"] = batch_request(item)
    router.add_api_route("", record_batch, methods=["POST"], response_model=Batch)
    return router


async def record_batch(body: NewBatch, command: Annotated[Command, Depends(writes("facts:write"))]) -> Response:
    """Record up to a thousand facts.

    Kinds and customers may be mixed; `type` names the kind of each fact. Every fact is committed on its own: it has
    the status and the problem that its own address would have answered. Facts of one customer are recorded in the
    order of the batch. A batch may be sent again after a failure: recorded facts answer 200, so it needs no
    `Idempotency-Key`.

    History is loaded with `mode: backfill`, batch after batch. The 360 view has its facts at once; scores, segments
    and decisions follow when the load is over, once for each customer. Live facts go first: while they arrive, a
    request takes seconds, and facts that it does not reach within twenty are answered 503, to be sent again.
    """
    database = command.runtime.database
    intake = FactBatchIntake(database, command.context.traceparent, database.resources.intake_throttle, body.mode)
    outcomes = await intake.record_items(body.facts)
    return Answer(_batch([_item(outcome) for outcome in outcomes])).rendered().response()


def _batch(items: list[dict[str, Any]]) -> dict[str, Any]:
    count = {status: sum(item["status"] == status for item in items) for status in (200, 201)}
    return {
        "recorded": count[201],
        "repeated": count[200],
        "refused": len(items) - count[200] - count[201],
        "items": items,
    }


def _item(outcome: Outcome) -> dict[str, Any]:
    """Return the `BatchItem` of an outcome."""
    if isinstance(outcome, Problem):
        return {"status": outcome.status, "problem": outcome.document()}
    fact = outcome.fact
    item = {"status": outcome.status, "id": fact.id, "customer_id": fact.customer_id}
    return {**item, **({"in_effect": fact.data["in_effect"]} if "in_effect" in fact.data else {})}
