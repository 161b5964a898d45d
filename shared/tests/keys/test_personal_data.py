"""Keys travel; e-mail addresses, phones and documents do not."""

import uuid

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.es import nif
from stdnum.iban import calc_check_digits

from lealtad.keys import personal_data_in

SPAIN_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"  # Real Decreto 1553/2005


@pytest.mark.parametrize(
    "key",
    [
        "ana@example.com",
        "ANA@EXAMPLE.COM",
        " ana@example.com ",
        "ana @ example.com",
        "ana@ example . com",
        "ana@example.com.",
        "ana@example..com",
        "ana@@example.com",
        "ana.perez+news@mail.example.co.uk",
        "ana\uff20example.com",
        "ana\ufe6bexample\uff0ecom",
        "\uff41\uff4e\uff41@example.com",
        "ana@example\u3002com",
        "ana%40example.com",
        "ana%2540example%252Ecom",
        "ana&#64;example.com",
        "josé@correo.example.com",
        "ana@münchen.example",
        "ana@例え.テスト",
        "mailto:ana@example.com",
        "Ana <ana@example.com>",
        "customer-ana@example.com-1",
        "ana@[192.168.0.1]",
    ],
)
def test_an_e_mail_address_is_known_in_every_writing(key):
    assert personal_data_in(key) == "an e-mail address"


@pytest.mark.parametrize(
    "key",
    [
        "+34600123456",
        "+34 600 123 456",
        "+573001234567",
        "+57 300-123-4567",
        "+1 (202) 555-0143",
        "(+34)600123456",
        "\uff0b34600123456",
        "%2B34600123456",
        "tel:+34-600-123-456",
        "customer+34600123456",
        "wa_customer+573001234567",
        "whatsapp:+573001234567",
        "tel:600123456",
        "600 123 456",
        "600 12 34 56",
        "600-123-456",
        "600.123.456",
        "600/123/456",
        "600_123_456",
        "600\u2013123\u2013456",
        "600\u00b7123\u00b7456",
        "\uff16\uff10\uff10-\uff11\uff12\uff13-\uff14\uff15\uff16",
        "\u0666\u0660\u0660 \u0661\u0662\u0663 \u0664\u0665\u0666",
        "600-123456",
        "(600)123456",
        "(600123456)",
        "57 3001234567",
        "6 0 0 1 2 3 4 5 6",
        "6-0-0-1-2-3-4-5-6",
        "34-600-123-456",
        "0034 600 123 456",
        "0034-600-123-456",
        "300 1234567",
        "300-1234567",
        "0412-1234567",
        "(202) 555-0143",
        "202-555-0143",
        "1-800-555-0199",
        "020 7946 0958",
        "07700 900123",
        "07700-900123",
        "91-123-45-67",
        "55 1234 5678",
    ],
)
def test_a_phone_is_known_by_a_plus_or_by_its_groups(key):
    assert personal_data_in(key) == "a phone number"


@pytest.mark.parametrize(
    "key",
    [
        "54362315K",
        "54362315k",
        "54.362.315-K",
        "54362315 K",
        "\uff15\uff14\uff13\uff16\uff12\uff13\uff11\uff15\uff2b",
        "DNI 54362315K",
        "dni:54362315K",
        "NIF-54362315K",
        "customer-54362315K",
        "ES54362315K",
        "X2482300W",
        "X-2482300-W",
        "nie:x-2482300-w",
        "B58378431",
        "B-58378431",
        "ESB58378431",
        "P3078400C",
        "ES9121000418450200051332",
        "ES91 2100 0418 4502 0005 1332",
        "es91-2100-0418-4502-0005-1332",
        "IBAN ES9121000418450200051332",
        "GB82WEST12345698765432",
        "BOXW310820HNERXN09",
        "GODE561231GR8",
        "1234567T",
        "RCCMNL83S18D969H",
        "12.531.909-2",
        "V-11470283-4",
    ],
)
def test_a_document_is_known_by_its_check_character(key):
    assert personal_data_in(key) == "an identity document or account number"


@pytest.mark.parametrize(
    "key",
    [
        "17850",
        "C-0001",
        "cus_9aX71",
        "536365",
        "C536365",
        "85123A",
        "Ñandú-7",
        "a@b",
        "2@3.50",
        "K3001234567",
        "C12345678",
        "2024-000123",
        "2024-0001",
        "INV-2024-001-0001",
        "2011-03-01",
        "2011-03-01-0001",
        "01/03/2011",
        "2011-03-01T09:30:00Z",
        "20110301-093000",
        "20110301 093000",
        "01-2024-0001",
        "001-001-000123456",
        "001-001-0001234",
        "0001-00001234",
        "978-84-376-0494-7",
        "978 84 376 0494 7",
        "604.467.61",
        "85123+85124",
        "mug+1234567",
        "1234567a",
        "50%25",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "54362315T",
        "ES9121000418450200051333",
        "A 1",
        "1.25",
        "call-centre",
        "broadband",
    ],
)
def test_keys_of_shops_and_their_articles_pass(key):
    assert personal_data_in(key) is None


@given(st.from_regex(r"[0-9]{1,40}", fullmatch=True))
def test_digits_alone_always_pass(digits):
    assert personal_data_in(digits) is None


@given(st.uuids())
def test_ids_always_pass(identity: uuid.UUID):
    assert personal_data_in(str(identity)) is None
    assert personal_data_in(identity.hex) is None


@given(st.from_regex(r"[A-Z]{2,4}-[0-9]{1,7}", fullmatch=True))
def test_numbered_keys_always_pass(key):
    assert personal_data_in(key) is None


@given(st.from_regex(r"[0-9]{8}", fullmatch=True), st.sampled_from(["{}{}", "{}-{}", " {} {}", "dni:{}{}", "{}{}."]))
def test_a_dni_is_known_by_its_check_letter_and_any_other_letter_passes(digits, form):
    letter = SPAIN_LETTERS[int(digits) % 23]
    assert personal_data_in(form.format(digits, letter))
    assert personal_data_in(form.format(digits, letter.lower()))
    wrong = SPAIN_LETTERS[(int(digits) + 1) % 23]
    assert personal_data_in(f"{digits}{wrong}") is None


@given(st.sampled_from("XYZ"), st.from_regex(r"[0-9]{7}", fullmatch=True))
def test_a_nie_is_known_by_its_check_letter(first, digits):
    letter = SPAIN_LETTERS[int(str("XYZ".index(first)) + digits) % 23]
    assert nif.is_valid(first + digits + letter)
    assert personal_data_in(first + digits + letter)


@given(st.from_regex(r"[0-9]{14}", fullmatch=True))
def test_an_account_is_known_with_and_without_blanks(digits):
    account = "GB" + calc_check_digits("GB00WEST" + digits) + "WEST" + digits
    assert personal_data_in(account)
    assert personal_data_in(" ".join(account[at : at + 4] for at in range(0, len(account), 4)))


REGIONS = ["ES", "CO", "MX", "AR", "CL", "PE", "EC", "US", "GB", "IE"]
FORMATS = [phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL]
KINDS = [phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE]


@st.composite
def phones(draw):
    """Draw a valid number: the plan's example with other digits at its end."""
    number = phonenumbers.example_number_for_type(draw(st.sampled_from(REGIONS)), draw(st.sampled_from(KINDS)))
    assert number is not None
    national = phonenumbers.national_significant_number(number)
    drawn = f"+{number.country_code}{national[:-6]}{draw(st.integers(0, 10**6 - 1)):06}"
    other = phonenumbers.parse(drawn, None)
    return other if phonenumbers.is_valid_number(other) else number


@given(phones(), st.sampled_from(FORMATS))
def test_every_phone_with_its_country_code_is_known(number, form):
    assert personal_data_in(phonenumbers.format_number(number, form)) == "a phone number"


@given(phones())
def test_every_phone_as_its_country_writes_it_is_known(number):
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    assert written.isdigit() or personal_data_in(written) == "a phone number"


@given(st.text(max_size=60))
def test_any_text_is_judged_without_failing(text):
    personal_data_in(text)
