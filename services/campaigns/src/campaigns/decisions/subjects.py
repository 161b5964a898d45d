"""What decisions are made from: the rules in force, and the customers as they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from campaigns import freshness
from campaigns.contacts import repository as contacts
from campaigns.domain.customer import Customer
from campaigns.domain.hold_out import is_held_out
from campaigns.domain.mute import mute_of
from campaigns.domain.offers import Offer
from campaigns.domain.policy import ContactPolicy
from campaigns.domain.propensity import Cell, Tally
from campaigns.domain.rules import Circumstances
from campaigns.learning import repository as learning
from campaigns.offers import repository as offers
from campaigns.picture import reading
from campaigns.picture import repository as picture
from campaigns.policy import repository as policies
from campaigns.policy.repository import PolicyInForce
from campaigns.responses import repository as responses
from lealtad.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """Everything that is the same for all customers of one transaction."""

    in_force: PolicyInForce
    offers: list[Offer]
    tallies: dict[Cell, Tally]
    input_ages: dict[str, float]

    @property
    def policy(self) -> ContactPolicy:
        """The contact policy."""
        return self.in_force.policy

    def circumstances(self, customer: Customer, now: datetime, holds_until: datetime) -> Circumstances:
        """Return what a decision about `customer` at `now` depends on."""
        stale = freshness.staleness(self.input_ages, self.policy.input_age_limit_s)
        return Circumstances(now, self.policy, holds_until, mute_of(customer, self.policy, now), stale)

    def offer(self, offer_id: UUID) -> Offer | None:
        """Return the offer in force with this id."""
        return next((offer for offer in self.offers if offer.offer_id == offer_id), None)


async def rules_in_force(uow: UnitOfWork) -> RulesInForce:
    """Return the rules; the revision is read first, so that a change meanwhile makes the decision due again."""
    return RulesInForce(
        in_force=await policies.in_force(uow.connection),
        offers=await offers.in_force(uow.connection),
        tallies=await learning.tallies(uow.connection),
        input_ages=await freshness.ages(uow),
    )


async def customers_as_they_stand(uow: UnitOfWork, ids: Sequence[UUID], rules: RulesInForce) -> list[Customer]:
    """Return the customers in ascending id; four statements however many they are."""
    connection, policy = uow.connection, rules.policy
    rows = await picture.read(connection, ids, uow.now)
    cases = reading.cases_by_customer(await picture.read_cases(connection, ids))
    slots = await contacts.counted(connection, ids, uow.now - _widest_cap(policy))
    answers = await responses.recent(connection, ids, uow.now - _longest_rest(rules))
    return [
        Customer(
            customer_id=row.customer_id,
            held_out=is_held_out(row.customer_id, rules.in_force.hold_out_salt, policy.hold_out_share),
            cases=cases.get(row.customer_id, ()),
            contacts=slots.get(row.customer_id, ()),
            answers=answers.get(row.customer_id, ()),
            **reading.attributes(row),
        )
        for row in rows
    ]


def _widest_cap(policy: ContactPolicy) -> timedelta:
    return max((cap.window for cap in policy.caps), default=timedelta(0))


def _longest_rest(rules: RulesInForce) -> timedelta:
    policy = rules.policy
    rests = [policy.offer_refusal_days, policy.kind_refusal_days, policy.refusal_days]
    return timedelta(days=max(rests + [offer.terms.limits.period_days for offer in rules.offers]))
