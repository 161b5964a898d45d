"""Every scalar has one form, and every code is one of its list."""

from importlib.resources import files

import pytest
from pydantic import BaseModel, ValidationError

from lealtad import codes
from lealtad.http.parameters import FlagInAddress, NumberInAddress
from lealtad.money import Money
from lealtad.scalars import STORED, Date, ExactNumber, Flag, Identifier, Number, TimeOfDay, WholeNumber


class Document(BaseModel):
    """One member of each kind."""

    whole: WholeNumber = 0
    number: Number = 0.0
    exact: ExactNumber | None = None
    flag: Flag = False
    day: Date | None = None
    at: TimeOfDay | None = None
    id: Identifier | None = None
    count: NumberInAddress = 0
    wanted: FlagInAddress = False
    country: codes.CountryCode = "CO"
    language: codes.LanguageCode = "es"
    zone: codes.Zone = "UTC"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("whole", value) for value in ("5", True, 5.5, None, float("inf"), float("nan"))],
        *[("number", value) for value in ("1.5", True, None)],
        *[("exact", value) for value in ("1_000", " 5", "5 ", "+5", ".5", "5.", "1e3", "٣", True, float("nan"))],
        *[("flag", value) for value in ("true", "yes", 1, 0, None)],
        *[("day", value) for value in (0, "0", 1.5, "2011-3-1", "20110301", "2011-03-01T00:00:00Z", "٢٠١١-03-01")],
        *[("at", value) for value in (0, 3600, "0", "8:00", "08:00Z", "24:00", "08:00+02:00")],
        *[("id", value) for value in ("0" * 32, "{" + "0" * 32 + "}", 5)],
        *[("count", value) for value in ("", " 5", "5.0", "+5", "٣", "1_0")],
        *[("wanted", value) for value in ("", "yes", "1", "True", "on")],
        *[("country", value) for value in ("UK", "XX", "EU", "co", "AN")],
        *[("language", value) for value in ("xx", "EN", "spa", "iw")],
        *[("zone", value) for value in ("Factory", "localtime", "Madrid", "europe/madrid", "")],
    ],
)
def test_another_form_is_refused(name: str, value: object):
    with pytest.raises(ValidationError) as refusal:
        Document.model_validate({name: value})

    assert [error["loc"] for error in refusal.value.errors()] == [(name,)]


def test_the_forms_of_the_schema_are_taken():
    read = Document.model_validate(
        {"whole": 5.0, "number": 2, "exact": "-0012.50", "flag": True, "day": "2011-03-01", "at": "08:00:30"}
        | {"count": "-5", "wanted": "true", "country": "GB", "language": "he", "zone": "America/Bogota"}
    )

    assert (read.whole, read.number, str(read.exact), read.count, read.wanted) == (5, 2.0, "-12.50", -5, True)


def test_what_is_written_is_read_again():
    written = Document.model_validate({"exact": 1e-7, "at": "08:00", "day": "2011-03-01"}).model_dump_json(
        exclude={"count", "wanted"}
    )

    assert Document.model_validate_json(written).model_dump_json(exclude={"count", "wanted"}) == written


def test_an_amount_is_no_text_with_signs_of_a_programming_language():
    with pytest.raises(ValidationError):
        Money.model_validate({"amount": "1_000", "currency": "EUR"})


def test_a_stored_document_stays_readable_when_its_code_leaves_the_list():
    assert Document.model_validate({"country": "AN"}, context=STORED).country == "AN"


def test_the_countries_are_those_of_the_zone_database():
    table = files("tzdata") / "zoneinfo" / "iso3166.tab"
    listed = {line[:2] for line in table.read_text().splitlines() if line and not line.startswith("#")}

    assert listed == codes.COUNTRIES
