"""Identity documents and accounts whose format has letters and a check character, by python-stdnum.

Documents of digits alone are not recognised: one in ten or twenty of ordinary numbers passes their check.
"""

import re
from collections.abc import Callable, Iterable

from stdnum import iban
from stdnum.cl import rut
from stdnum.es import nif
from stdnum.ie import pps
from stdnum.it import codicefiscale
from stdnum.mx import curp, rfc
from stdnum.pt import cc
from stdnum.ve import rif

_Format = tuple[re.Pattern[str], Callable[[str], bool]]

_MARKS = re.compile(r"[\W_]+")
_LABEL = re.compile(r"(?:DNI|NIE|NIF|CIF|RUT|RIF|PPSN?|CURP|RFC|IBAN|VAT)[\W_]*|\w+\s*[:=#]\s*", re.IGNORECASE)
_DIGITS_AND_MARKS = re.compile(r"[\d\W_]*")

# The pattern is cheap and decides nearly always. The check character decides the other cases.
_FORMATS: tuple[_Format, ...] = (
    (re.compile(r"(?:ES)?(?:\d{8}|[XYZKLM]\d{7})[A-Z]"), nif.is_valid),  # DNI, NIE
    # Only the kinds that must have a check digit: nearly all companies. One in ten of C12345678 would pass.
    (re.compile(r"(?:ES)?(?:[ABEH]\d{8}|[CDFGJNPQRSUVW]\d{7}[A-J])"), nif.is_valid),  # CIF
    (re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}"), iban.is_valid),
    (re.compile(r"[A-Z]{4}\d{6}[A-Z]{6}[A-Z0-9]\d"), curp.is_valid),
    (re.compile(r"[A-ZÑ]{3,4}\d{6}[A-Z0-9]{2}[0-9A]"), lambda text: rfc.is_valid(text, validate_check_digits=True)),
    (
        re.compile(r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]"),
        codicefiscale.is_valid,
    ),
    (re.compile(r"\d{8}\d[A-Z0-9]{2}\d"), lambda text: not text.isdigit() and cc.is_valid(text)),
)
# Without the marks or the capital, many keys look like these: 1234567a is more often the id of a commit.
_AS_WRITTEN: tuple[_Format, ...] = (
    (re.compile(r"\d{1,2}\.\d{3}\.\d{3}-[\dKk]|\d{7,8}-[Kk]"), rut.is_valid),
    (re.compile(r"[VEJPG]-\d{8}-?\d|[VEJPG]\d{8}-\d", re.IGNORECASE), rif.is_valid),
    (re.compile(r"\d{7}[A-W][A-IW]?"), pps.is_valid),
)


def is_document(text: str) -> bool:
    """Return whether `text` (half-width) is, or holds as a word of its own, a document with a valid check character."""
    label = _LABEL.match(text)
    labelled = (text, text[label.end() :]) if label else (text,)
    if any(_passes(one, _AS_WRITTEN) for one in labelled):
        return True
    if _DIGITS_AND_MARKS.fullmatch(text):
        return False
    words = (*(_MARKS.sub("", one) for one in labelled), *_MARKS.split(text))
    return any(_passes(word.upper(), _FORMATS) for word in words)


def _passes(text: str, formats: Iterable[_Format]) -> bool:
    return any(form.fullmatch(text) and is_valid(text) for form, is_valid in formats)
