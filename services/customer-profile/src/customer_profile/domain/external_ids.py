"""External ids travel on topics, so they must not be personal data themselves."""

from collections.abc import Iterable
from functools import cache
from types import ModuleType
from typing import Protocol, cast

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from stdnum import get_cc_module


class _Validator(Protocol):
    def is_valid(self, number: str) -> bool: ...


class UnknownDocumentFormatError(ValueError):
    """python-stdnum has no format of that name."""


@cache
def document_format(name: str) -> _Validator:
    """Return the validator of a national document format such as `es.dni` (names of the python-stdnum library).

    Raises UnknownDocumentFormatError.
    """
    country, _, document = name.partition(".")
    module = get_cc_module(country, document)
    # A package has attributes that are no format, too.
    if not isinstance(module, ModuleType) or not hasattr(module, "is_valid"):
        raise UnknownDocumentFormatError(f"{name!r} is no document format of python-stdnum; write it like es.dni")
    return cast("_Validator", module)


def personal_data_in(external_id: str, *, phone_regions: Iterable[str], document_formats: Iterable[str]) -> str | None:
    """Say what kind of personal data `external_id` looks like, or None when it may be used.

    `phone_regions`: countries whose national numbers are recognised too, beside numbers with a country code.
    `document_formats`: national documents recognised by their check digits, for example `es.dni`.
    """
    if _is_email(external_id):
        return "an e-mail address"
    if _is_phone(external_id, phone_regions):
        return "a phone number"
    if any(document_format(name).is_valid(external_id) for name in document_formats):
        return "an identity document number"
    return None


def _is_email(text: str) -> bool:
    if "@" not in text:
        return False
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _is_phone(text: str, regions: Iterable[str]) -> bool:
    if text.startswith("00"):
        text = "+" + text[2:]
    candidates = [None] if text.startswith("+") else list(regions)
    return any(_is_valid_number(text, region) for region in candidates)


def _is_valid_number(text: str, region: str | None) -> bool:
    if any(character.isalpha() for character in text):
        return False  # vanity numbers: K12345 is an id, not a phone
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False
