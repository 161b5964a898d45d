"""Commands on decisions."""

from datetime import timedelta

from campaigns.decisions import repository
from campaigns.decisions.inputs.queries.current import load_inputs, load_rules
from campaigns.decisions.queries import find_customer_id, read_decision
from campaigns.decisions.schemas import NewDecision
from campaigns.domain.arbitration import decide
from campaigns.domain.decision_record import Decision, Origin, build_record
from lealtad.http import Answer
from lealtad.ids import new_id
from lealtad.unit_of_work import UnitOfWork


async def request_decision(uow: UnitOfWork, request: NewDecision) -> Answer:
    """Decide now on the requested channel and insert the decision. The current action does not change."""
    customer_id = await find_customer_id(uow.connection, request.customer, "/customer")
    rules = await load_rules(uow)
    (customer,) = await load_inputs(uow, [customer_id], rules)
    decision_id = new_id()
    holds_until = uow.now + timedelta(minutes=rules.policy.asked_validity_minutes)
    outcome = decide(
        customer,
        rules.offers,
        rules.tallies,
        rules.circumstances(customer, uow.now, holds_until, request.initiated_by),
        seed=str(decision_id),
        channels={request.channel} if request.channel else None,
    )
    decision = Decision(
        decision_id, Origin.ASKED, uow.now, customer, outcome, decision_id, (), initiated_by=request.initiated_by
    )
    await repository.add(uow.connection, [build_record(decision, rules)])
    return Answer(await read_decision(uow, decision_id), status=201)
