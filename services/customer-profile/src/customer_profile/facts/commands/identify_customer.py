"""Whose fact it is."""

from uuid import UUID

from pydantic import ValidationError

from customer_profile.customers.queries import customer_not_found, require_active
from customer_profile.facts.kinds.contract import contract_of
from customer_profile.facts.kinds.fact_batch import FactBatch
from customer_profile.facts.schemas.requests import ContractStepRequest, FactRequest
from customer_profile.identities.commands import external_id_error, personal_data_kind
from customer_profile.identities.schemas import ExternalId
from customer_profile.policy.schemas import UnknownCustomers
from lealtad.http import CustomerRef, InvalidField, Problem, conflict, invalid
from lealtad.http.validation_errors import invalid_fields

CUSTOMER, EXTERNAL_ID = "/customer", "/source/customer_external_id"


def refs_of(fact: FactRequest) -> list[CustomerRef]:
    """Return how the fact names its customer: by `customer`, the source's own id, or both; raise 422 for nonsense."""
    return list(_places_of_refs(fact))


def _places_of_refs(fact: FactRequest) -> dict[CustomerRef, str]:
    places = {}
    if fact.customer is not None:
        places[CustomerRef.parse(fact.customer, CUSTOMER)] = CUSTOMER
    if fact.source.customer_external_id is not None:
        text = f"{fact.source.system}:{fact.source.customer_external_id}"
        places.setdefault(CustomerRef.parse(text, EXTERNAL_ID), EXTERNAL_ID)
    return places


def customer_of(fact: FactRequest, batch: FactBatch) -> UUID:
    """Return the customer; a fact of an unknown external id makes one, if the intake policy says so.

    Raises 404, 409, 410 or 422.
    """
    refs = refs_of(fact)
    ids = {known.id for ref in refs if (known := batch.customers.get(ref))}
    ids |= {batch.newcomers[ref] for ref in refs if ref in batch.newcomers}
    if isinstance(fact, ContractStepRequest):
        ids.add(contract_of(fact, batch).customer_id)
    strangers = [ref for ref in refs if ref not in batch.customers and ref not in batch.newcomers]
    if len(ids) + len(strangers) > 1:
        raise _ambiguous()
    if strangers:
        return _newcomer(strangers[0], _places_of_refs(fact)[strangers[0]], batch)
    if not ids:
        raise _unnamed()
    for ref in refs:
        if known := batch.customers.get(ref):
            require_active(known.status)
    return ids.pop()


def _newcomer(ref: CustomerRef, place: str, batch: FactBatch) -> UUID:
    if ref.id is not None:
        raise customer_not_found()
    if batch.policy.unknown_customers is UnknownCustomers.REFUSE:
        raise invalid(
            "Register the customer with this external id first: facts of unknown customers are refused here.",
            slug="unknown-customer",
            title="The customer is not registered",
        )
    named = _travelling(ref, place)
    if kind := personal_data_kind(named, batch.policy):
        error = external_id_error(place, kind)
        raise invalid("Name the customer by an id that is no personal data: it travels with every event.", [error])
    return batch.newcomer(ref)


def _travelling(ref: CustomerRef, place: str) -> ExternalId:
    try:
        return ExternalId(source=str(ref.source), external_id=str(ref.external_id))
    except ValidationError as error:
        errors = [
            InvalidField(pointer=place, message=failed.message, hint=failed.hint)
            for failed in invalid_fields(error.errors())
        ]
        raise invalid("Name the customer by a key that may travel with events.", errors) from None


def _unnamed() -> Problem:
    return invalid(
        "Name the customer in `customer`, or by the source's own id in `source.customer_external_id`.",
        [
            InvalidField(pointer=place, message="is missing", hint="add one of them")
            for place in (CUSTOMER, EXTERNAL_ID)
        ],
    )


def _ambiguous() -> Problem:
    return conflict(
        "customers-differ",
        "The fact names two customers",
        "`customer`, `source.customer_external_id` and the contract must stand for the same customer: correct them, "
        "or add the external id to the customer first.",
    )
