"""Identify the customer of a fact."""

from typing import Any
from uuid import UUID

from pydantic import ValidationError

from customer_profile.customers.queries import customer_not_found, require_active
from customer_profile.facts.kinds.descriptor import FactKind
from customer_profile.facts.kinds.fact_batch import FactBatch
from customer_profile.facts.schemas import FactRequest
from customer_profile.identities.commands import external_id_error, personal_data_kind
from customer_profile.identities.schemas import ExternalId
from customer_profile.policy.schemas import UnknownCustomers
from lealtad.events.catalog.customer_profile import CustomerKey
from lealtad.http import CustomerRef, InvalidField, Problem, conflict, invalid
from lealtad.http.validation_errors import invalid_fields

CUSTOMER, EXTERNAL_ID = "/customer", "/source/customer_external_id"


def refs_of(fact: FactRequest) -> list[CustomerRef]:
    """Return the references to the customer: `customer`, the source's own id, or both; raise 422 for wrong ones."""
    return list(_pointers(fact))


def external_id_of(fact: FactRequest) -> CustomerKey | None:
    """Return the external id that names the customer, or None where the fact has the customer's own id or none."""
    named = [ref for ref in refs_of(fact) if ref.source and ref.external_id]
    return CustomerKey(source=named[-1].source, external_id=named[-1].external_id) if named else None


def _pointers(fact: FactRequest) -> dict[CustomerRef, str]:
    """Return the references to the customer, each with the pointer to its field."""
    pointers = {}
    if fact.customer is not None:
        pointers[CustomerRef.parse(fact.customer, CUSTOMER)] = CUSTOMER
    if fact.source.customer_external_id is not None:
        text = f"{fact.source.system}:{fact.source.customer_external_id}"
        pointers.setdefault(CustomerRef.parse(text, EXTERNAL_ID), EXTERNAL_ID)
    return pointers


def identify_customer(fact: FactRequest, kind: FactKind[Any], batch: FactBatch) -> UUID:
    """Return the customer of the fact; an unknown external id creates one if the intake policy says so.

    Raise 404, 409, 410 or 422.
    """
    refs = refs_of(fact)
    ids = {customer.id for ref in refs if (customer := batch.customers.get(ref))}
    ids |= {batch.newcomers[ref] for ref in refs if ref in batch.newcomers}
    if kind.target:
        ids.add(kind.target.find(fact, batch).customer_id)
    unknown = [ref for ref in refs if ref not in batch.customers and ref not in batch.newcomers]
    if len(ids) + len(unknown) > 1:
        raise _ambiguous()
    if unknown:
        return _newcomer(unknown[0], _pointers(fact)[unknown[0]], batch)
    if not ids:
        raise _unnamed()
    for ref in refs:
        if customer := batch.customers.get(ref):
            require_active(customer.status)
    return ids.pop()


def identify_named(fact: FactRequest, batch: FactBatch) -> UUID | None:
    """Return the customer that a fact names, as far as it names one that is known; nobody is created.

    Raise 404, 409, 410 or 422.
    """
    refs = refs_of(fact)
    customers = [customer for ref in refs if (customer := batch.customers.get(ref))]
    if any(ref.id is not None and ref not in batch.customers for ref in refs):
        raise customer_not_found()
    if len({customer.id for customer in customers}) > 1:
        raise _ambiguous()
    for customer in customers:
        require_active(customer.status)
    return customers[0].id if customers else None


def _newcomer(ref: CustomerRef, pointer: str, batch: FactBatch) -> UUID:
    if ref.id is not None:
        raise customer_not_found()
    if batch.policy.unknown_customers is UnknownCustomers.REFUSE:
        raise invalid(
            "Register the customer with this external id first: facts of unknown customers are refused here.",
            slug="unknown-customer",
            title="The customer is not registered",
        )
    named = _external_id(ref, pointer)
    if kind := personal_data_kind(named, batch.policy):
        error = external_id_error(pointer, kind)
        raise invalid("Name the customer by an id that is no personal data: it travels with every event.", [error])
    return batch.newcomer(ref)


def _external_id(ref: CustomerRef, pointer: str) -> ExternalId:
    try:
        return ExternalId(source=str(ref.source), external_id=str(ref.external_id))
    except ValidationError as error:
        errors = [
            InvalidField(pointer=pointer, message=failed.message, hint=failed.hint)
            for failed in invalid_fields(error.errors())
        ]
        raise invalid("Name the customer by a key that may travel with events.", errors) from None


def _unnamed() -> Problem:
    return invalid(
        "Name the customer in `customer`, or by the source's own id in `source.customer_external_id`.",
        [
            InvalidField(pointer=pointer, message="is missing", hint="add one of them")
            for pointer in (CUSTOMER, EXTERNAL_ID)
        ],
    )


def _ambiguous() -> Problem:
    return conflict(
        "customers-differ",
        "The fact names two customers",
        "`customer`, `source.customer_external_id` and the contract must stand for the same customer: correct them, "
        "or add the external id to the customer first.",
    )
