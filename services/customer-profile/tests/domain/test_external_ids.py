import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_profile.domain.contact_points import normalise_phone, phone_spellings
from customer_profile.domain.external_ids import (
    UnknownDocumentFormatError,
    document_format,
    personal_digits_kind,
)

PHONES = ("CO",)
DOCUMENTS = ("co.nit",)


def looks_like(external_id: str) -> str | None:
    return personal_digits_kind(external_id, phone_regions=PHONES, document_formats=DOCUMENTS)


@pytest.mark.parametrize("external_id", ["17850", "C-0001", "cus_9aX71", "536365", "a@b", "K3001234567", "12"])
def test_keys_of_guarded_sources_may_be_used(external_id):
    assert looks_like(external_id) is None


@pytest.mark.parametrize(
    ("external_id", "kind"),
    [
        ("573001234567", "phone"),
        ("00573001234567", "phone"),
        ("34600123456", "phone"),
        ("3001234567", "phone"),
        ("2131234321", "document"),
    ],
)
def test_digits_of_guarded_sources_are_held_against_numbering_plans_and_check_digits(external_id, kind):
    assert kind in (looks_like(external_id) or "")


@given(st.from_regex(r"300[0-9]{7}", fullmatch=True))
def test_a_phone_is_the_same_with_and_without_its_country_code(national):
    assert {national, f"57{national}", f"0057{national}"} <= phone_spellings(normalise_phone(national, "CO"))


def test_an_unknown_document_format_says_so():
    with pytest.raises(UnknownDocumentFormatError, match=r"zz\.nothing"):
        document_format("zz.nothing")
