"""What decisions are made from: the rules in force, and the customers as they stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from campaigns import freshness
from campaigns.decisions import inputs_repository
from campaigns.domain.customer import Answer, Contact, ContactStatus, Customer, Response
from campaigns.domain.findings import Finding
from campaigns.domain.hold_out import is_held_out
from campaigns.domain.mute import mute_of
from campaigns.domain.offers import Offer
from campaigns.domain.policy import ContactPolicy
from campaigns.domain.propensity import Cell, Tally
from campaigns.domain.quiet_hours import InitiatedBy, earliest_contact
from campaigns.domain.rules import Circumstances
from campaigns.offers.repository import terms_of
from campaigns.picture import reading
from campaigns.policy.models import CONTACT_POLICY
from lealtad.db import Row
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.events.catalog.customer_profile import Channel
from lealtad.unit_of_work import UnitOfWork

CHANNELS = {channel.value: channel for channel in Channel}
"""By name; calling the enumeration would take twice as long for the hundreds of cells that are read each time."""


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """Everything that is the same for all customers of one transaction."""

    revision: int
    """Of policy and offers together."""
    hold_out_salt: str
    policy_version: int
    policy: ContactPolicy
    offers: list[Offer]
    tallies: dict[Cell, Tally]
    input_ages: dict[str, float]
    currency: str
    """In which amounts are shown."""

    @property
    def stale(self) -> Finding | None:
        """Why promotions are ruled out because an input is too old, or None."""
        return freshness.staleness(self.input_ages, self.policy.input_age_limit_s)

    def circumstances(
        self,
        customer: Customer,
        now: datetime,
        holds_until: datetime,
        initiated_by: InitiatedBy = InitiatedBy.COMPANY,
        contact_at: datetime | None = None,
    ) -> Circumstances:
        """Return what a decision about `customer` at `now` depends on; the contact is made then, or at `contact_at`."""
        moment = contact_at or now
        contact_from = earliest_contact(customer, self.policy, moment, initiated_by)
        mute = mute_of(customer, self.policy, now)
        return Circumstances(now, self.policy, holds_until, moment, contact_from, mute, self.stale)

    def offer(self, offer_id: UUID) -> Offer | None:
        """Return the offer in force with this id."""
        return next((offer for offer in self.offers if offer.offer_id == offer_id), None)


async def rules_in_force(uow: UnitOfWork) -> RulesInForce:
    """Return the rules, all as of one moment."""
    row = await inputs_repository.read_rules(uow.connection, freshness.FORBIDDING)
    return RulesInForce(
        revision=row.revision,
        hold_out_salt=row.hold_out_salt,
        policy_version=row.policy_version,
        policy=CONTACT_POLICY.parse(row.policy),
        offers=[Offer(id_, key, version, terms_of(terms), taken) for id_, key, version, terms, taken in row.offers],
        tallies={
            Cell(offer_id, CHANNELS[channel], band): Tally(accepted, rejected)
            for offer_id, channel, band, accepted, rejected in row.tallies
        },
        input_ages=freshness.ages(row.input_ages),
        currency=uow.resources.reporting_currency,
    )


async def customers_as_they_stand(
    uow: UnitOfWork, ids: Sequence[UUID], rules: RulesInForce, moment: datetime | None = None
) -> list[Customer]:
    """Return the customers in ascending id; one statement however many they are.

    Contacts and answers reach back as far as a rule that is asked at `moment` looks, by default now.
    """
    now = moment or uow.now
    rows = await inputs_repository.read_customers(
        uow.connection,
        ids,
        now,
        contacts=now - _widest_cap(rules.policy),
        answers=now - _longest_rest(rules),
    )
    return [
        Customer(
            customer_id=row.customer_id,
            held_out=is_held_out(row.customer_id, rules.hold_out_salt, rules.policy.hold_out_share),
            contacts=_contacts(row.contacts),
            held=_contacts(row.held_slots),
            answers=_answers(row),
            **reading.attributes(row),
        )
        for row in rows
    ]


def _contacts(slots: Iterable[tuple[Any, ...]]) -> tuple[Contact, ...]:
    return tuple(
        Contact(contact_id, offer_id, Channel(channel), ContactStatus(status), *more)
        for contact_id, offer_id, channel, status, *more in slots
    )


def _answers(row: Row) -> tuple[Answer, ...]:
    return tuple(
        Answer(offer_id, OfferKind(kind), promotional, Response(response), at)
        for offer_id, kind, promotional, response, at in row.answers
    )


def _widest_cap(policy: ContactPolicy) -> timedelta:
    return max((cap.window for cap in policy.caps), default=timedelta(0))


def _longest_rest(rules: RulesInForce) -> timedelta:
    policy = rules.policy
    rests = [policy.offer_refusal_days, policy.kind_refusal_days, policy.refusal_days]
    return timedelta(days=max(rests + [offer.terms.limits.period_days for offer in rules.offers]))
