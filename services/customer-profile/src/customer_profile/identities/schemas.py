"""External ids, contact points and identity documents as callers send and see them."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, ModelWrapValidatorHandler, ValidationInfo, field_validator, model_validator

from customer_profile.domain.contact_points import ContactPointError, normalise_phone
from customer_profile.fields import DocumentNumber, EmailAddress, PhoneText, without_repeats
from lealtad.codes import CountryCode
from lealtad.events.catalog.shared_types import Slug
from lealtad.http import ExternalIdText, RequestBody, SafeValueError, SystemText

STORED_EXTERNAL_IDS = "stored external ids"
"""Key of the validation context: external ids that the customer has already, as JSON values."""


class ExternalId(RequestBody):
    """The key of the customer in another system; it travels with events, so it must be no personal data."""

    source: SystemText
    external_id: ExternalIdText

    @model_validator(mode="wrap")
    @classmethod
    def _keep_stored(
        cls, value: Any, handler: "ModelWrapValidatorHandler[ExternalId]", info: ValidationInfo
    ) -> "ExternalId":
        # A changed profile is validated as a whole: a stored id that a later rule forbids must not stop the change.
        if info.context and value in info.context[STORED_EXTERNAL_IDS]:
            return cls.model_construct(**value)
        return handler(value)


class IdentityDocument(RequestBody):
    """A document that identifies the customer; at most one of a kind and country."""

    country: CountryCode
    kind: Slug = Field(examples=["national-id"])
    number: DocumentNumber


class Identities(RequestBody):
    """The external ids, contact points and identity documents of a customer."""

    external_ids: Annotated[list[ExternalId], Field(max_length=100), AfterValidator(without_repeats)] = Field(
        default_factory=list
    )
    emails: Annotated[list[EmailAddress], Field(max_length=10), AfterValidator(without_repeats)] = Field(
        default_factory=list, description="Most preferred first"
    )
    country: CountryCode | None = None
    phones: list[PhoneText] = Field(
        default_factory=list,
        max_length=10,
        description="Most preferred first; without a country code they are read as numbers of `country`",
    )
    documents: list[IdentityDocument] = Field(default_factory=list, max_length=10)

    @field_validator("external_ids")
    @classmethod
    def _in_fixed_order(cls, external_ids: list[ExternalId]) -> list[ExternalId]:
        return sorted(external_ids, key=lambda each: (each.source, each.external_id))

    @field_validator("documents")
    @classmethod
    def _one_of_a_kind(cls, documents: list[IdentityDocument]) -> list[IdentityDocument]:
        by_kind = {(document.country, document.kind): document for document in documents}
        if len(by_kind) != len(documents):
            raise SafeValueError("names two documents of the same country and kind; keep one")
        return [by_kind[kind] for kind in sorted(by_kind)]

    @field_validator("phones")
    @classmethod
    def _phones_in_normal_form(cls, phones: list[str], info: ValidationInfo) -> list[str]:
        return without_repeats([_phone(phone, info.data.get("country")) for phone in phones])


def _phone(text: str, country: str | None) -> str:
    try:
        return normalise_phone(text, country)
    except ContactPointError as error:
        raise SafeValueError(f"one of them {error}") from None
