"""Use case: a channel asks what to propose to a customer now."""

from datetime import timedelta

from campaigns.decisions import repository
from campaigns.decisions.inputs.queries.current import customers_as_they_stand, rules_in_force
from campaigns.decisions.queries import read_decision, resolve
from campaigns.decisions.schemas import Question
from campaigns.domain.arbitration import decide
from campaigns.domain.decision_record import Origin, Verdict, record_of
from lealtad.http import Answer
from lealtad.ids import new_id
from lealtad.unit_of_work import UnitOfWork


async def ask(uow: UnitOfWork, question: Question) -> Answer:
    """Decide now, on the channel asked for, and store the decision; the standing one stays as it is."""
    customer_id = await resolve(uow.connection, question.customer, "/customer")
    rules = await rules_in_force(uow)
    (customer,) = await customers_as_they_stand(uow, [customer_id], rules)
    decision_id = new_id()
    holds_until = uow.now + timedelta(minutes=rules.policy.asked_validity_minutes)
    decision = decide(
        customer,
        rules.offers,
        rules.tallies,
        rules.circumstances(customer, uow.now, holds_until, question.initiated_by),
        seed=str(decision_id),
        channels={question.channel} if question.channel else None,
    )
    verdict = Verdict(
        decision_id, Origin.ASKED, uow.now, customer, decision, decision_id, (), initiated_by=question.initiated_by
    )
    await repository.add(uow.connection, [record_of(verdict, rules)])
    return Answer(await read_decision(uow, decision_id), status=201)
