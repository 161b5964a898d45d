"""What a contact at a past moment would have met: the rules that were in force, and the customer as we knew them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from campaigns.decisions import repository
from campaigns.decisions.inputs.queries import attributes
from campaigns.decisions.inputs.queries.current import customers_as_they_stand, rules_in_force
from campaigns.domain.customer import Customer
from campaigns.domain.offers import Offer
from campaigns.domain.policy import ContactPolicy
from campaigns.offers import repository as offers
from campaigns.policy.models import CONTACT_POLICY
from lealtad.db import Row
from lealtad.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Situation:
    """Offer (None: withdrawn), customer and policy at one moment."""

    offer: Offer | None
    customer: Customer
    policy: ContactPolicy


async def situation_at(uow: UnitOfWork, decision: Row, moment: datetime) -> Situation:
    """Return what the action of `decision` would have met at `moment`, which is not before the decision.

    What is known of the customer is as the last decision until then recorded it: whatever came in later does not count.
    """
    policy = (await CONTACT_POLICY.in_force_at(uow.connection, moment)).policy
    terms = await offers.terms_at(uow.connection, decision.offer_id, moment)
    rules = replace(await rules_in_force(uow), policy=policy)
    (now_known,) = await customers_as_they_stand(uow, [decision.customer_id], rules, moment)
    found = await repository.last_until(uow.connection, decision.customer_id, moment)
    customer = replace(
        now_known,
        contacts=tuple(contact for contact in now_known.contacts if contact.at <= moment),
        answers=tuple(answer for answer in now_known.answers if answer.at <= moment),
        **attributes.recorded(found.inputs),
    )
    if terms is None:
        return Situation(None, customer, policy)
    taken = (terms.limits.total or 0) if _was_exhausted(decision, found.ruled_out) else 0
    return Situation(Offer(decision.offer_id, decision.offer_key, 0, terms, taken), customer, policy)


def _was_exhausted(decision: Row, ruled_out: list[dict[str, Any]]) -> bool:
    rules = {item["rule"] for item in ruled_out if item["offer"]["offer_id"] == str(decision.offer_id)}
    return "offer-exhausted" in rules
