"""Whether a key is, or holds, personal data, as far as its form says so. Never a message that repeats the key.

The form decides, not the digits: of a series of keys either all are refused or none, and a source learns it with the
first. So digits alone always pass, whatever phone or document they might be.
"""

import re
import unicodedata
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

from lealtad.keys.documents import is_document
from lealtad.keys.phones import is_phone

E_MAIL = "an e-mail address"
PHONE = "a phone number"
DOCUMENT = "an identity document or account number"

_DECODINGS = 3
"""Percent-encoded more often than this is no accident of a client."""
_HARMLESS = re.compile(
    r"\d+"
    r"|[^\d@%&]*(?:\d[^\d@%&]*){0,5}"  # too few digits for a phone or a document
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # a UUID
)
"""Nearly all keys, decided at once."""
_DOTS = str.maketrans("。", ".")
# name@domain.tld anywhere: the last label begins with a letter, so that 2@3.50 is a quantity.
_EMAIL = re.compile(r"[^@]@+\[?[\w-]+(?:\.+[\w-]+)*?\.+[^\W\d_][\w-]+")
_EMAIL_AT_ADDRESS = re.compile(r"[^@]@\[[\d.:a-fA-F]+\]")
_NO_BLANKS = re.compile(r"\s+")


def personal_data_in(key: str) -> str | None:
    """Return what kind of personal data `key` looks like, or None when the key may travel.

    Recognised are e-mail addresses (within other text too), phone numbers that are written with + or separators, and
    documents whose check format has letters. Full-width and percent-encoded writings are the same as plain ones.
    """
    if key.isascii() and _HARMLESS.fullmatch(key):
        return None
    return _kind_of(key)


# Systems, product lines and articles come again and again.
@lru_cache(maxsize=16_384)
def _kind_of(key: str) -> str | None:
    text = _folded(key)
    if "@" in text and _is_email(_NO_BLANKS.sub("", text)):
        return E_MAIL
    if is_phone(text):
        return PHONE
    if is_document(text):
        return DOCUMENT
    return None


def _folded(key: str) -> str:
    """Return the plain writing of a key: percent-decoded, half-width, with ASCII digits."""
    text = key
    for _ in range(_DECODINGS):
        if "%" not in text:
            break
        text = unquote(text, errors="replace")
    if "&" in text:
        text = unescape(text)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).translate(_DOTS)
    return "".join(_ascii_digit(character) for character in text)


def _ascii_digit(character: str) -> str:
    return character if character.isascii() else str(unicodedata.decimal(character, character))


def _is_email(text: str) -> bool:
    return bool(_EMAIL.search(text) or _EMAIL_AT_ADDRESS.search(text))
