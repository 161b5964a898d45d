"""Mismatches name known values, the nearest first, and repeat no text that may be personal."""

import pytest

from lealtad.http import Problem, warnings_of
from lealtad.mismatches import MOST_KNOWN, Mismatch, nearest_first, quoted


def test_the_nearest_known_value_comes_first_and_the_list_is_short() -> None:
    known = [f"segment-{number}" for number in range(30)]

    assert nearest_first("LOYALTY", ["champions", "loyal", "lapsed"])[0] == "loyal"
    assert nearest_first("segment-7", known)[0] == "segment-7"
    assert len(nearest_first("segment-7", known)) == MOST_KNOWN


@pytest.mark.parametrize(
    ("value", "shown"),
    [("gold", " 'gold'"), ("active-90d", " 'active-90d'"), ("3001234567", ""), ("a300123456", ""), ("ana@x.org", "")],
)
def test_only_codes_are_repeated(value: str, shown: str) -> None:
    assert quoted(value) == shown


def test_a_value_of_an_open_list_is_a_warning() -> None:
    found = Mismatch.of("/rule/product_line", "nobody bought it", "mug", ["mugs"])

    (warning,) = warnings_of([found])

    assert (warning.pointer, warning.known) == ("/rule/product_line", ["mugs"])


def test_a_value_outside_a_closed_list_is_refused_with_the_known_ones() -> None:
    found = Mismatch.of("/tiers", "there is no such tier", "golden", ["silver", "gold"], refused=True)

    with pytest.raises(Problem) as refused:
        warnings_of([found])

    assert refused.value.status == 422
    (error,) = refused.value.extensions["errors"]
    assert error == {"pointer": "/tiers", "message": "there is no such tier", "hint": "one of gold, silver"}
