"""Load the inputs of decisions: the rules in force and the customers."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from campaigns.decisions.inputs import repository
from campaigns.decisions.inputs.queries.attributes import attributes_of_row
from campaigns.domain.customer import ContactStatus, Customer, PastResponse, Response, Slot
from campaigns.domain.hold_out import is_held_out
from campaigns.domain.offers import Offer
from campaigns.domain.policy import ContactPolicy
from campaigns.domain.propensity import Cell, Tally
from campaigns.domain.rules_in_force import RulesInForce
from campaigns.offers.repository import parse_terms
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
"""Channels by value. Calling the enumeration takes twice as long, for hundreds of cells in each transaction."""


async def load_rules(uow: UnitOfWork) -> RulesInForce:
    """Return the rules in force, read by one statement."""
    row = await repository.read_rules(uow.connection, FORBIDDING)
    return RulesInForce(
        revision=row.revision,
        hold_out_salt=row.hold_out_salt,
        policy_version=row.policy_version,
        policy=CONTACT_POLICY.parse(row.policy),
        offers=[
            Offer(id_, key, version, parse_terms(terms), accepted) for id_, key, version, terms, accepted in row.offers
        ],
        tallies={
            Cell(offer_id, CHANNELS[channel], band): Tally(accepted, rejected)
            for offer_id, channel, band, accepted, rejected in row.tallies
        },
        input_ages=ages_of(FORBIDDING, row.input_ages),
        currency=uow.resources.reporting_currency,
    )


async def load_inputs(
    uow: UnitOfWork, ids: Sequence[UUID], rules: RulesInForce, moment: datetime | None = None
) -> list[Customer]:
    """Return the customers in ascending id, read by one statement.

    Load contacts and responses as far back as a rule at `moment` (by default now) looks.
    """
    now = moment or uow.now
    rows = await repository.read_customers(
        uow.connection,
        ids,
        now,
        contacts=now - _widest_cap(rules.policy),
        responses=now - _longest_rest(rules),
    )
    return [
        Customer(
            customer_id=row.customer_id,
            held_out=is_held_out(row.customer_id, rules.hold_out_salt, rules.policy.hold_out_share),
            contacts=_slots(row.contacts),
            held_slots=_slots(row.held_slots),
            responses=_responses(row),
            **attributes_of_row(row),
        )
        for row in rows
    ]


def _slots(slots: Iterable[tuple[Any, ...]]) -> tuple[Slot, ...]:
    return tuple(
        Slot(contact_id, offer_id, Channel(channel), ContactStatus(status), *more)
        for contact_id, offer_id, channel, status, *more in slots
    )


def _responses(row: Row) -> tuple[PastResponse, ...]:
    return tuple(
        PastResponse(offer_id, OfferKind(kind), promotional, Response(response), at)
        for offer_id, kind, promotional, response, at in row.responses
    )


def _widest_cap(policy: ContactPolicy) -> timedelta:
    return max((cap.window for cap in policy.caps), default=timedelta(0))


def _longest_rest(rules: RulesInForce) -> timedelta:
    policy = rules.policy
    rests = [policy.offer_refusal_days, policy.kind_refusal_days, policy.refusal_days]
    return timedelta(days=max(rests + [offer.terms.limits.period_days for offer in rules.offers]))
