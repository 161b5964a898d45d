"""Use cases: record what a customer said about a purpose, and read the history."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from customer_profile.consents import repository
from customer_profile.consents.schemas import ConsentIn
from customer_profile.customers import repository as customers
from customer_profile.customers.announcing import announce
from customer_profile.customers.finding import find, find_for_change
from customer_profile.customers.record import CustomerRecord
from customer_profile.policy.models import INTAKE_POLICY
from customer_profile.policy.schemas import IntakePolicy
from lealtad.clock import system_now
from lealtad.consents import Consent, in_force
from lealtad.events.catalog.customer_profile import Channel, CustomerConsentChanged, Purpose
from lealtad.http import Answer, InvalidField, invalid
from lealtad.unit_of_work import UnitOfWork


async def record_consent(uow: UnitOfWork, ref: str, said: ConsentIn) -> Answer:
    """Add a statement to the history; it takes effect unless a newer one stands (201, or 200 for the same again).

    Raises 404, 409, 410, and 422 when it was given in the future.
    """
    before = await find_for_change(uow, ref)
    # Read after the customer was locked: a basis that is in force from now on is seen, or the customer is due again.
    policy = (await INTAKE_POLICY.in_force(uow.connection)).policy
    consent = word_of(said, policy, uow.now)
    row = await repository.record(uow.connection, before.id, consent, source=said.source, at=system_now())
    known = consent in before.consents
    after = before
    if not known:
        after = replace(before, consents=(*before.consents, consent)).profiled(policy.profiling_basis, uow.now)
    event_id = announce(uow, CustomerConsentChanged, before=before, after=after)
    if event_id:
        after = replace(after, version=before.version + 1, updated_at=uow.now)
        await customers.update(uow.connection, after)
    body = {**_entry(row, after, uow.now), "customer_id": before.id, "event_id": event_id}
    return Answer(body, status=200 if known else 201)


async def list_consents(uow: UnitOfWork, ref: str) -> Answer:
    """Return the whole history of a customer's consents, the newest first."""
    customer = await find(uow, ref)
    rows = await repository.history(uow.connection, customer.id)
    return Answer({"items": [_entry(row, customer, uow.now) for row in rows]})


def word_of(said: ConsentIn, policy: IntakePolicy, now: datetime) -> Consent:
    """Return what was said; raise 422 when it was given in the future, or too long ago."""
    consent = Consent(said.purpose, said.channel, said.granted, said.given_at or now, said.expires_at)
    if objection := policy.window().objection(consent.given_at, now):
        raise invalid(
            "Send when the customer said it.",
            [InvalidField(pointer="/given_at", message=objection, hint="the intake policy sets both limits")],
        )
    return consent


def _entry(row: Mapping[Any, Any], customer: CustomerRecord, now: datetime) -> dict[str, Any]:
    names = ("id", "purpose", "channel", "granted", "given_at", "expires_at", "source", "recorded_at")
    channel = Channel(row["channel"]) if row["channel"] else None
    stated = Consent(Purpose(row["purpose"]), channel, row["granted"], row["given_at"], row["expires_at"])
    deciding = in_force(customer.consents, *stated.matter, now)
    return {**{name: row[name] for name in names}, "in_force": stated == deciding}
