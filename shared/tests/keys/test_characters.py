"""A key has one writing, and every character of it can be seen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lealtad.keys import KeyCharacterError, as_stored, normalise

BLANKS = st.text(" \u00a0\u2003\u3000", max_size=3)


@pytest.mark.parametrize("written", ["u1", "u1 ", " u1", "\u00a0u1\u3000"])
def test_a_key_is_trimmed(written):
    assert normalise(written) == "u1"


def test_a_key_is_composed():
    assert normalise("jose\u0301") == normalise("josé") == "josé"


@pytest.mark.parametrize(
    "invisible",
    [
        "\u200b",  # zero-width space
        "\u200c",
        "\u200d",  # zero-width joiner
        "\u2060",  # word joiner
        "\ufeff",  # byte order mark
        "\u00ad",  # soft hyphen
        "\u034f",  # combining grapheme joiner
        "\u061c",
        "\u200e",
        "\u202e",  # right-to-left override
        "\u2066",
        "\ufe0f",  # variation selectors
        "\U000e0100",
        "\U000e0041",  # tag
        "\u115f",  # Hangul fillers
        "\u3164",
        "\uffa0",
        "\u180e",
        "\u0000",
        "\u0007",
        "\t",
        "\n",
        "\r",
        "\u007f",
        "\u0085",
        "\u2028",
        "\u2029",
        "\ud800",  # surrogate
        "\ue000",  # private use
        "\u0378",  # unassigned
        "\uffff",
        "\U0010ffff",
    ],
)
@pytest.mark.parametrize("place", ["u{}1", "{}u1", "u1{}"])
def test_what_cannot_be_seen_is_refused_wherever_it_stands(invisible, place):
    with pytest.raises(KeyCharacterError) as refusal:
        normalise(place.format(invisible))
    assert "u" not in str(refusal.value).split("holds")[0]


def test_an_unusual_blank_within_a_key_is_refused_and_a_usual_one_stays():
    assert normalise("A 1") == "A 1"
    with pytest.raises(KeyCharacterError, match="blank"):
        normalise("A\u00a01")


@pytest.mark.parametrize("blank", ["", " ", "\u3000 "])
def test_a_blank_key_is_refused(blank):
    with pytest.raises(KeyCharacterError, match="blank"):
        normalise(blank)


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text):
    try:
        key = normalise(text)
    except KeyCharacterError:
        assert as_stored(text) == text
        return
    assert normalise(key) == key == as_stored(text)
    assert unicodedata.is_normalized("NFC", key)
    assert key == key.strip()


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20), BLANKS, BLANKS)
def test_blanks_around_a_key_and_its_decomposition_name_the_same_key(text, before, after):
    try:
        key = normalise(text)
    except KeyCharacterError:
        return
    assert normalise(before + unicodedata.normalize("NFD", text) + after) == key
