"""A merge patch names only members of the document that it changes, whatever their values."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from lealtad.http import Problem, require_known_members


class Hours(BaseModel):
    start: str
    end: str


class Preferences(BaseModel):
    channels: list[str] = Field(default_factory=list)
    hours: Annotated[Hours | None, Field()] = None


class Person(BaseModel):
    given_name: str | None = None
    region: str | None = None
    preferences: Preferences = Preferences()


def errors_of(patch: dict[str, Any]) -> list[dict[str, str]]:
    with pytest.raises(Problem) as refused:
        require_known_members(patch, Person, read_only=["version"])
    assert refused.value.status == 422
    return refused.value.extensions["errors"]


def test_a_null_for_a_misspelt_member_is_refused_with_the_nearest_known():
    assert errors_of({"regoin": None}) == [
        {"pointer": "/regoin", "message": "is not known here", "hint": "did you mean region?"}
    ]


def test_a_null_for_a_read_only_member_is_refused():
    assert errors_of({"version": None}) == [
        {
            "pointer": "/version",
            "message": "cannot be set",
            "hint": "leave it out; can be set: given_name, preferences, region",
        }
    ]


def test_a_misspelt_member_is_named_at_any_depth():
    (error,) = errors_of({"preferences": {"hours": {"strat": None, "end": "18:00"}}})

    assert error == {
        "pointer": "/preferences/hours/strat",
        "message": "is not known here",
        "hint": "did you mean start?",
    }


def test_a_pointer_escapes_a_name_and_shows_a_long_one_in_part():
    assert [error["pointer"] for error in errors_of({"a/b~c": None})] == ["/a~1b~0c"]
    assert len(errors_of({"x" * 5_000: None})[0]["pointer"]) == 102


def test_a_patch_of_known_members_passes_whatever_their_values():
    require_known_members({"given_name": None, "preferences": {"channels": None, "hours": None}}, Person)
    require_known_members({"preferences": None}, Person)
    require_known_members({"preferences": "nonsense"}, Person)


@given(patch=st.dictionaries(st.text(min_size=1, max_size=12), st.none() | st.integers() | st.text(), min_size=1))
def test_a_patch_passes_only_when_each_name_is_known(patch):
    unknown = patch.keys() - Person.model_fields.keys()
    if unknown:
        assert len(errors_of(patch)) == min(len(unknown), 50)
    else:
        require_known_members(patch, Person)
