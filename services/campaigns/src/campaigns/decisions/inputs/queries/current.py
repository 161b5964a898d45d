"""What decisions are made from: the rules in force, and the customers as they stand."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from campaigns.decisions.inputs import repository
from campaigns.decisions.inputs.queries import attributes
from campaigns.domain.customer import Answer, Contact, ContactStatus, Customer, Response
from campaigns.domain.hold_out import is_held_out
from campaigns.domain.offers import Offer
from campaigns.domain.policy import ContactPolicy
from campaigns.domain.propensity import Cell, Tally
from campaigns.domain.rules_in_force import RulesInForce
from campaigns.offers.repository import terms_of
from campaigns.policy.models import CONTACT_POLICY
from lealtad.db import Row
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.events.catalog.customer_profile import Channel
from lealtad.events.topics import CASES, CUSTOMERS
from lealtad.kafka.consume.freshness import ages_of
from lealtad.unit_of_work import UnitOfWork

FORBIDDING = (CASES.name, CUSTOMERS.name)
"""Topics whose events can forbid a promotion."""
CHANNELS = {channel.value: channel for channel in Channel}
"""By name; calling the enumeration would take twice as long for the hundreds of cells that are read each time."""


async def rules_in_force(uow: UnitOfWork) -> RulesInForce:
    """Return the rules, all as of one moment."""
    row = await repository.read_rules(uow.connection, FORBIDDING)
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
        input_ages=ages_of(FORBIDDING, row.input_ages),
        currency=uow.resources.reporting_currency,
    )


async def customers_as_they_stand(
    uow: UnitOfWork, ids: Sequence[UUID], rules: RulesInForce, moment: datetime | None = None
) -> list[Customer]:
    """Return the customers in ascending id; one statement however many they are.

    Contacts and answers reach back as far as a rule that is asked at `moment` looks, by default now.
    """
    now = moment or uow.now
    rows = await repository.read_customers(
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
            **attributes.attributes(row),
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
