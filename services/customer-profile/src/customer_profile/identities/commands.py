"""Storing the identities of customers, and refusing external ids that are personal data."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from customer_profile.domain.contact_points import phone_spellings
from customer_profile.domain.customer import CustomerRecord
from customer_profile.domain.external_ids import personal_digits_kind
from customer_profile.identities import repository
from customer_profile.identities.schemas import ExternalId, Identities
from customer_profile.policy.schemas import IntakePolicy
from lealtad.http import InvalidField, conflict, invalid
from lealtad.http.database_errors import LostRaceError
from lealtad.unit_of_work import UnitOfWork


def require_impersonal_external_ids(
    profile: Identities, policy: IntakePolicy, before: Mapping[str, Any] | None = None
) -> None:
    """Raise 422 for external ids that are personal data of this customer, or of a kind that the policy names.

    A combination of values that the profile `before` held already is accepted again.
    """
    own = _own_spellings(profile.emails, profile.phones, [document.number for document in profile.documents])
    former, former_ids = set[str](), list[Mapping[str, str]]()
    if before:
        former_ids = before["external_ids"]
        numbers = [document["number"] for document in before["documents"]]
        former = _own_spellings(before["emails"], before["phones"], numbers)
    errors = []
    for place, external_id in enumerate(profile.external_ids):
        is_former = external_id.model_dump() in former_ids
        kind: str | None = None
        if _letters_and_digits(external_id.external_id) in (own - former if is_former else own):
            kind = "personal data of this customer"
        elif not is_former:
            kind = personal_data_kind(external_id, policy)
        if kind:
            errors.append(external_id_error(f"/external_ids/{place}/external_id", kind))
    if errors:
        raise invalid("Name the customer by an id that is no personal data: it travels with every event.", errors)


def personal_data_kind(external_id: ExternalId, policy: IntakePolicy) -> str | None:
    """Return the kind of personal data that an external id is by the rules of `policy` for its source, or None."""
    if external_id.source not in policy.guarded_sources:
        return None
    return personal_digits_kind(
        external_id.external_id, phone_regions=policy.phone_regions, document_formats=policy.document_formats
    )


def external_id_error(pointer: str, kind: str) -> InvalidField:
    """Return the error of an external id that looks like `kind`."""
    hint = "an opaque key of the source system; the intake policy names the sources whose digits are judged"
    return InvalidField(pointer=pointer, message=f"looks like {kind}", hint=hint)


async def insert_identities(uow: UnitOfWork, records: Sequence[CustomerRecord]) -> None:
    """Insert the identities of new customers; raise LostRaceError if another customer has one of the external ids."""
    if not await repository.insert_external_ids(uow.connection, records):
        raise LostRaceError("an external id was taken in this moment")
    await repository.insert_contact_points(uow.connection, records)
    await repository.insert_documents(uow.connection, records)


async def replace_identities(uow: UnitOfWork, *, before: CustomerRecord, after: CustomerRecord) -> None:
    """Replace the identities that changed; raise 409 if another customer has one of the external ids."""
    old, new = before.profile, after.profile
    owners: dict[str, UUID] = {}
    if old["external_ids"] != new["external_ids"]:
        owners = await repository.replace_external_ids(uow.connection, after)
    if (old["emails"], old["phones"]) != (new["emails"], new["phones"]):
        await repository.replace_contact_points(uow.connection, after)
    if old["documents"] != new["documents"]:
        await repository.replace_documents(uow.connection, after)
    if owners:
        raise external_id_conflict(owners)


def external_id_conflict(owners: Mapping[str, UUID]) -> Exception:
    """Return the 409 of external ids that other customers have; `owners` maps sources to customer ids."""
    return conflict(
        "external-id-taken",
        "The external id belongs to another customer",
        "Read the customers named in `owners`: change them instead, or correct the external id.",
        owners=owners,
    )


def _own_spellings(emails: Iterable[str], phones: Iterable[str], documents: Iterable[str]) -> set[str]:
    """Return the letters and digits in which the contact points and documents of a customer may be written."""
    texts = {_letters_and_digits(text) for text in (*emails, *documents)}
    return texts.union(*(phone_spellings(number) for number in phones))


def _letters_and_digits(text: str) -> str:
    # 52.345.678 and 52345678 are one document.
    return "".join(filter(str.isalnum, text)).casefold()
