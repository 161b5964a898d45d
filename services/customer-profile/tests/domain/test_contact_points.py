import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_profile.domain.contact_points import ContactPointError, normalise_email, normalise_phone


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        (" Ana.Perez@Example.COM ", "Ana.Perez@example.com"),
        ("josé@correo.example.com", "josé@correo.example.com"),
        ("jose\u0301@example.com", "josé@example.com"),
    ],
)
def test_one_address_is_written_in_one_way(written, normal):
    assert normalise_email(written) == normal


@pytest.mark.parametrize(
    "text", ["", "ana", "ana@", "@example.com", "ana@example", "a b@example.com", "ana@exa mple.com"]
)
def test_what_is_no_address_is_refused_without_repeating_it(text):
    with pytest.raises(ContactPointError) as refusal:
        normalise_email(text)
    assert not text or text not in str(refusal.value)


@pytest.mark.parametrize("written", ["300 123 4567", "+57 300-123-4567", "+573001234567", "(300) 1234567"])
def test_one_number_is_written_in_one_way(written):
    assert normalise_phone(written, "CO") == "+573001234567"


@pytest.mark.parametrize("text", ["12", "abc", "+57 1", "+999 300 123 4567"])
def test_a_number_outside_its_numbering_plan_is_refused(text):
    with pytest.raises(ContactPointError):
        normalise_phone(text, "CO")


def test_a_national_number_needs_its_country():
    with pytest.raises(ContactPointError, match="country code"):
        normalise_phone("300 123 4567", None)


@given(st.from_regex(r"3[0-2][0-9]{8}", fullmatch=True))
def test_a_normal_form_is_normal_already(national):
    try:
        normal = normalise_phone(national, "CO")
    except ContactPointError:
        return
    assert normalise_phone(normal, None) == normal
