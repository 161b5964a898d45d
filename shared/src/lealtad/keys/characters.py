"""The normal form of a key: trimmed, Unicode normal form C, every character visible."""

import re
import unicodedata

# Default_Ignorable_Code_Point of Unicode (DerivedCoreProperties.txt) without the format characters (Cf).
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
_INVISIBLE_CATEGORIES = {"Cc": "control", "Cf": "invisible", "Cs": "surrogate", "Cn": "unassigned", "Co": "private-use"}
_BLANK_CATEGORIES = {"Zs", "Zl", "Zp"}
_BLANKS = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""All characters of category Zs. Line breaks and tabs are no blanks: they are refused, not trimmed."""
_PLAIN = re.compile(r"[!-~](?:[ -~]*[!-~])?")
"""Visible ASCII: nearly every key, already in normal form."""


class KeyCharacterError(ValueError):
    """A key holds an invisible character; the message names the kind of character, never the key."""


def normalise(text: str) -> str:
    """Return the normal form of a key: trimmed and in Unicode normal form C.

    Raise KeyCharacterError for a blank key, and for zero-width characters, byte order marks, directional controls,
    soft hyphens, variation selectors, control characters, line breaks, blanks other than U+0020 within the key,
    surrogates, private-use and unassigned code points.
    """
    if _PLAIN.fullmatch(text):
        return text
    key = unicodedata.normalize("NFC", text.strip(_BLANKS))
    if not key:
        raise KeyCharacterError("is blank")
    for character in key:
        _require_visible(character)
    return key


def as_stored(text: str) -> str:
    """Return the key of a search: normalised if possible, else unchanged.

    Keys that were stored before the rules of `normalise` held stay readable.
    """
    try:
        return normalise(text)
    except KeyCharacterError:
        return text


def _require_visible(character: str) -> None:
    category = unicodedata.category(character)
    if category in _BLANK_CATEGORIES and character != " ":
        raise KeyCharacterError("holds an unusual blank or a line break; write blanks as U+0020")
    if _IGNORABLE.match(character):
        raise KeyCharacterError("holds an invisible character; leave it out")
    if kind := _INVISIBLE_CATEGORIES.get(category):
        article = "an" if kind[0] in "iu" else "a"
        raise KeyCharacterError(f"holds {article} {kind} character; leave it out")
