"""Codes of countries, languages and time zones, each of a closed list.

The lists change once in years: ISO 3166-1 of 2024 (the South Sudan of 2011 was the last country to come), ISO 639-1 of
2024. A stored document is read with the context `STORED`, in which a code that left its list stays readable.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, ValidationInfo

from lealtad.scalars import STORED, refused


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


COUNTRIES = _codes(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """
)
"""Officially assigned codes of ISO 3166-1 alpha-2."""

LANGUAGES = _codes(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja
    jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb
    nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq
    sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """
)
"""Codes of ISO 639-1."""

NO_COUNTRY = "is no country of ISO 3166-1; write it like CO (the United Kingdom is GB)"
NO_LANGUAGE = "is no language of ISO 639-1; write it like es"

NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})
"""Names in the database of time zones that stand for no zone."""


@cache
def zones() -> frozenset[str]:
    """Return the names of the IANA database that are zones."""
    return frozenset(available_timezones()) - NO_ZONES


def _one_of(codes: Callable[[], AbstractSet[str]], message: str) -> AfterValidator:
    def checked(value: str, info: ValidationInfo[Any]) -> str:
        if value not in codes() and info.context != STORED:
            raise refused(message)
        return value

    return AfterValidator(checked)


CountryCode = Annotated[
    str,
    Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2", examples=["CO"]),
    _one_of(lambda: COUNTRIES, NO_COUNTRY),
]
LanguageCode = Annotated[
    str,
    Field(pattern=r"^[a-z]{2}$", description="ISO 639-1", examples=["es"]),
    _one_of(lambda: LANGUAGES, NO_LANGUAGE),
]
Zone = Annotated[
    str,
    Field(max_length=64, description="IANA time zone", examples=["America/Bogota"]),
    _one_of(zones, "is no IANA time zone; write it like America/Bogota"),
]
