"""Load the inputs of a check for a past contact: the rules in force then, and the customer as recorded then."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from campaigns.decisions import repository
from campaigns.decisions.inputs.queries.attributes import attributes_of_record
from campaigns.decisions.inputs.queries.current import load_inputs, load_rules
from campaigns.domain.offers import Offer
from campaigns.domain.past_inputs import PastInputs
from campaigns.offers import repository as offers
from campaigns.policy.models import CONTACT_POLICY
from lealtad.db import Row
from lealtad.unit_of_work import UnitOfWork


async def load_past_inputs(uow: UnitOfWork, decision: Row, moment: datetime) -> PastInputs:
    """Return the inputs for the action of `decision` at `moment`, which is not before the decision.

    The customer's state is the one that the last decision up to `moment` recorded. Later events do not count.
    """
    policy = (await CONTACT_POLICY.in_force_at(uow.connection, moment)).policy
    terms = await offers.find_terms_at(uow.connection, decision.offer_id, moment)
    rules = replace(await load_rules(uow), policy=policy)
    (current,) = await load_inputs(uow, [decision.customer_id], rules, moment)
    record = await repository.find_last_until(uow.connection, decision.customer_id, moment)
    customer = replace(
        current,
        contacts=tuple(contact for contact in current.contacts if contact.at <= moment),
        responses=tuple(response for response in current.responses if response.at <= moment),
        **attributes_of_record(record.inputs),
    )
    if terms is None:
        return PastInputs(None, customer, policy)
    accepted = (terms.limits.total or 0) if _was_exhausted(decision, record.ruled_out) else 0
    return PastInputs(Offer(decision.offer_id, decision.offer_key, 0, terms, accepted), customer, policy)


def _was_exhausted(decision: Row, ruled_out: list[dict[str, Any]]) -> bool:
    rules = {item["rule"] for item in ruled_out if item["offer"]["offer_id"] == str(decision.offer_id)}
    return "offer-exhausted" in rules
