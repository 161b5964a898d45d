import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_profile.domain.external_ids import (
    UnknownDocumentFormatError,
    document_format,
    personal_data_in,
)

PHONES = ("CO",)
DOCUMENTS = ("es.dni", "es.nie", "mx.curp")


def looks_like(external_id: str) -> str | None:
    return personal_data_in(external_id, phone_regions=PHONES, document_formats=DOCUMENTS)


@pytest.mark.parametrize("external_id", ["17850", "C-0001", "cus_9aX71", "536365", "Ñandú-7", "a@b", "K3001234567"])
def test_ids_of_shops_may_be_used(external_id):
    assert looks_like(external_id) is None


@pytest.mark.parametrize(
    ("external_id", "kind"),
    [
        ("ana@example.com", "e-mail"),
        ("+573001234567", "phone"),
        ("00573001234567", "phone"),
        ("3001234567", "phone"),
        ("54362315K", "document"),
        ("X-2482300-W", "document"),
    ],
)
def test_personal_data_is_recognised(external_id, kind):
    assert kind in (looks_like(external_id) or "")


@given(st.from_regex(r"[0-9]{8}", fullmatch=True))
def test_a_dni_is_known_by_its_check_letter_and_its_bare_digits_are_not(digits):
    letter = "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23]  # Real Decreto 1553/2005, Spain
    assert looks_like(digits + letter) == "an identity document number"
    wrong = "TRWAGMYFPDXBNJZSQVHLCKE"[(int(digits) + 1) % 23]
    assert looks_like(digits + wrong) is None


def test_an_unknown_document_format_says_so():
    with pytest.raises(UnknownDocumentFormatError, match=r"zz\.nothing"):
        document_format("zz.nothing")
