"""Detection of personal data in keys by their form. No message repeats the key.

The form decides, not the digits. So all keys of a series are refused, or none, and a source sees it with the first key.
Digits alone always pass, although they might be a phone number or a document.
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
"""Largest number of percent-encodings that are undone; clients do not encode more often by accident."""
_HARMLESS = re.compile(
    r"\d+"
    r"|[^\d@%&]*(?:\d[^\d@%&]*){0,5}"  # too few digits for a phone or a document
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # a UUID
)
"""Form of nearly all keys, which need no further check."""
_DOTS = str.maketrans("。", ".")
# name@domain.tld anywhere. The last label begins with a letter: 2@3.50 is a quantity.
_EMAIL = re.compile(r"[^@]@+\[?[\w-]+(?:\.+[\w-]+)*?\.+[^\W\d_][\w-]+")
_EMAIL_AT_ADDRESS = re.compile(r"[^@]@\[[\d.:a-fA-F]+\]")
_NO_BLANKS = re.compile(r"\s+")


def personal_data_in(key: str) -> str | None:
    """Return the kind of personal data that `key` looks like, or None when the key may travel.

    The kinds are e-mail addresses (also within other text), phone numbers with + or separators, and documents whose
    check format has letters. Full-width and percent-encoded forms are decoded before.
    """
    if key.isascii() and _HARMLESS.fullmatch(key):
        return None
    return _kind_of(key)


# Systems, product lines and articles repeat often.
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
    """Return the plain form of a key: percent-decoded, half-width, with ASCII digits."""
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
