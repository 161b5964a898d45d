"""An item that stands twice in a list that is a set is refused at its place, in requests only."""

from typing import Annotated

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from lealtad.distinct import EachOnce
from lealtad.scalars import STORED

KINDS = [
    TypeAdapter(Annotated[frozenset[int], Field(max_length=5), EachOnce]),
    TypeAdapter(Annotated[list[int], Field(max_length=5), EachOnce]),
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_that_stands_twice_is_refused_at_its_place(kind):
    assert list(kind.validate_python([3, 1, 2])) == list(kind.validate_json("[3, 1, 2]"))
    for repeated in ([3, 1, 3], [3, 1, 3.0]):
        with pytest.raises(ValidationError) as raised:
            kind.validate_python(repeated)
        assert [error["loc"] for error in raised.value.errors()] == [(2,)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_stored_stays_readable_and_limits_hold(kind):
    assert set(kind.validate_python([3, 1, 3], context=STORED)) == {1, 3}
    with pytest.raises(ValidationError):
        kind.validate_python([1, 2, 3, 4, 5, 6])
