"""Storing how a customer is called and reached, and refusing external ids that must not travel."""

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

    What stood in the profile `before`, together, is not objected to again.
    """
    own, stood = _own(profile.emails, profile.phones, [known.number for known in profile.documents]), set[str]()
    known: Sequence[Mapping[str, str]] = ()
    if before:
        known = before["external_ids"]
        stood = _own(before["emails"], before["phones"], [document["number"] for document in before["documents"]])
    errors = []
    for place, named in enumerate(profile.external_ids):
        is_known = named.model_dump() in known
        kind: str | None = None
        if _bare(named.external_id) in (own - stood if is_known else own):
            kind = "personal data of this customer"
        elif not is_known:
            kind = personal_data_kind(named, policy)
        if kind:
            errors.append(external_id_error(f"/external_ids/{place}/external_id", kind))
    if errors:
        raise invalid("Name the customer by an id that is no personal data: it travels with every event.", errors)


def personal_data_kind(named: ExternalId, policy: IntakePolicy) -> str | None:
    """Return which kind of personal data an external id is by the rules of `policy` for its source, or None."""
    if named.source not in policy.guarded_sources:
        return None
    return personal_digits_kind(
        named.external_id, phone_regions=policy.phone_regions, document_formats=policy.document_formats
    )


def external_id_error(pointer: str, kind: str) -> InvalidField:
    """Return what to tell about an external id that looks like `kind`."""
    hint = "an opaque key of the source system; the intake policy names the sources whose digits are judged"
    return InvalidField(pointer=pointer, message=f"looks like {kind}", hint=hint)


async def insert_identities(uow: UnitOfWork, records: Sequence[CustomerRecord]) -> None:
    """Write the identities of new customers; raise LostRaceError when somebody took one of their external ids."""
    if not await repository.claim_external_ids(uow.connection, records):
        raise LostRaceError("an external id was taken in this moment")
    await repository.insert_contact_points(uow.connection, records)
    await repository.insert_documents(uow.connection, records)


async def replace_identities(uow: UnitOfWork, *, before: CustomerRecord, after: CustomerRecord) -> dict[str, UUID]:
    """Write the identities that changed; return the owners of external ids that other customers have, by source."""
    old, new = before.profile, after.profile
    taken: dict[str, UUID] = {}
    if old["external_ids"] != new["external_ids"]:
        taken = await repository.replace_external_ids(uow.connection, after)
    if (old["emails"], old["phones"]) != (new["emails"], new["phones"]):
        await repository.replace_contact_points(uow.connection, after)
    if old["documents"] != new["documents"]:
        await repository.replace_documents(uow.connection, after)
    return taken


def external_id_conflict(owners: Mapping[str, UUID]) -> Exception:
    """Return the 409 of external ids that other customers have; `owners` maps sources to customer ids."""
    return conflict(
        "external-id-taken",
        "The external id belongs to another customer",
        "Read the customers named in `owners`: change them instead, or correct the external id.",
        owners=owners,
    )


def _own(emails: Iterable[str], phones: Iterable[str], documents: Iterable[str]) -> set[str]:
    """Return in which letters and digits a customer's own contact points and documents may be written."""
    texts = {_bare(text) for text in (*emails, *documents)}
    return texts.union(*(phone_spellings(number) for number in phones))


def _bare(text: str) -> str:
    # 52.345.678 and 52345678 are one document.
    return "".join(filter(str.isalnum, text)).casefold()
