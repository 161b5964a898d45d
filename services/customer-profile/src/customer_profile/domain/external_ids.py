"""External ids whose digits are personal data: phone numbers and document numbers that a source uses as keys.

Digits alone may travel as a key (`lealtad.keys`), because a third of all nine-digit keys is a valid phone somewhere.
Numbering plans and check digits judge only the external ids of sources that the intake policy names.
"""

from collections.abc import Iterable
from functools import cache
from types import ModuleType
from typing import Protocol, cast

import phonenumbers
from stdnum import get_cc_module


class _Validator(Protocol):
    def is_valid(self, number: str) -> bool: ...


class UnknownDocumentFormatError(ValueError):
    """The name of a document format that python-stdnum does not have."""


@cache
def document_format(name: str) -> _Validator:
    """Return the validator of a national document format such as `es.dni` (names of the python-stdnum library).

    Raises UnknownDocumentFormatError.
    """
    country, _, document = name.partition(".")
    module = get_cc_module(country, document)
    # A package also has attributes that are no format.
    if not isinstance(module, ModuleType) or not hasattr(module, "is_valid"):
        raise UnknownDocumentFormatError(f"{name!r} is no document format of python-stdnum; write it like es.dni")
    return cast("_Validator", module)


def personal_digits_kind(
    external_id: str, *, phone_regions: Iterable[str], document_formats: Iterable[str]
) -> str | None:
    """Return the kind of personal data that the digits of `external_id` are, or None.

    `phone_regions`: countries whose national numbers are recognised; numbers with a country code always are.
    `document_formats`: national documents, recognised by their check digits, for example `co.nit`.
    """
    if _is_phone(external_id, phone_regions):
        return "a phone number"
    if any(document_format(name).is_valid(external_id) for name in document_formats):
        return "an identity document number"
    return None


def _is_phone(text: str, regions: Iterable[str]) -> bool:
    if not text.isdecimal():
        return False
    international = "+" + text.removeprefix("00")
    return _is_valid_number(international, None) or any(_is_valid_number(text, region) for region in regions)


def _is_valid_number(text: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False
