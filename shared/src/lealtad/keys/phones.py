"""Detection of phone numbers by their form: with +, or in groups of digits.

Validity in a numbering plan is not checked: a third of random digits is valid somewhere.
"""

import re

SHORTEST, LONGEST = 7, 15
"""Digits of a number: the shortest is one without its area code, the longest is that of E.164."""
SHORTEST_OF_KEY_MARKS = 9
"""Fewest digits of a phone with - . / _ between groups; keys have these marks too, so shorter texts count as keys."""

GROUPS = range(2, 5)
"""Digits of a group after the first. An invoice number (001-001-0001234) has longer groups, an ISBN a last one of 1."""
LONGEST_GROUP = 10
"""Most digits of a group beside blanks and brackets: a whole number without its country code."""

_LABEL = re.compile(
    r"(?:tel|phone|telephone|sms|whatsapp|wa|mobile|m[oó]vil|tel[eé]fono|celular|cel|fax|callto)\s*[:=]\s*",
    re.IGNORECASE,
)
# 85123+85124 and mug+1234567 are articles sold together. A phone is longer because of its country code.
_PLUS = re.compile(r"(?<![^\W_])\+((?:(?:[^\w+]|_)*\d)+)|(?<=[^\W\d_])\+(\d{10,})")
_GROUP = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")
_PHONE_MARK = re.compile(r"[\s()\[\]]")
_DATE = re.compile(
    r"(?:19|20)\d\d\D?(?:0[1-9]|1[0-2])\D?(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?:0[1-9]|[12]\d|3[01])\D(?:0[1-9]|1[0-2])\D(?:19|20)\d\d(?!\d)"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
# Two groups with a mark between them are usually order numbers. So the first digits decide here.
_TWO_GROUPS = re.compile(
    r"3\d\d \d{7}|60\d \d{7}"  # Colombia: mobile, fixed
    r"|0[24]\d\d \d{7}"  # Venezuela
    r"|[679]\d\d \d{6}|[89]\d \d{7}"  # Spain: mobile and fixed; nine digits of Chile and Peru
    r"|0[12367]\d{3} \d{6}|02\d \d{8}"  # United Kingdom
    r"|34 [6-9]\d{8}|57 (?:3|60)\d{8,9}|44 7\d{9}|52 \d{10}|1 [2-9]\d{9}"  # country code, number
)


def is_phone(text: str) -> bool:
    """Return whether `text` (half-width, ASCII digits) has the form of a phone number."""
    if any(_is_possible_length(match[1] or match[2]) for match in _PLUS.finditer(text)):
        return True
    label = _LABEL.match(text)
    number = text[label.end() :] if label else text
    if _LETTER.search(number) or not _is_possible_length(number):
        return False
    return bool(label) or _is_grouped_like_a_phone(number)


def _is_possible_length(text: str) -> bool:
    return SHORTEST <= sum(map(len, _GROUP.findall(text))) <= LONGEST


def _is_grouped_like_a_phone(text: str) -> bool:
    groups = _GROUP.findall(text)
    lengths = [len(group) for group in groups]
    if text == groups[0] or _DATE.match(text):
        return False
    if set(lengths) == {1}:
        return True  # spelt out
    if _PHONE_MARK.search(text):
        return lengths[-1] > 1 and max(lengths) <= LONGEST_GROUP
    return "+" not in text and _is_marked_like_a_phone(groups)


def _is_marked_like_a_phone(groups: list[str]) -> bool:
    if any(_YEAR.fullmatch(group) for group in groups[:-1]):
        return False
    if len(groups) == 2:  # noqa: PLR2004 - two groups, as the pattern is named
        return bool(_TWO_GROUPS.fullmatch(" ".join(groups)))
    return sum(map(len, groups)) >= SHORTEST_OF_KEY_MARKS and all(len(group) in GROUPS for group in groups[1:])
