"""The committed contracts are current, well formed, and hold for whatever is written."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from lealtad.events import asyncapi
from lealtad.events.codec import encode_data
from lealtad.events.model import CATALOG
from lealtad.events.topics import TOPICS

from .any_data import any_data

FOLDER = Path(__file__).parents[3] / asyncapi.FOLDER
event_types = pytest.mark.parametrize("name", sorted(CATALOG))


def committed(name: str) -> dict:
    return json.loads((FOLDER / "schemas" / f"{name}.json").read_bytes())


def document() -> dict:
    return json.loads((FOLDER / "asyncapi.json").read_bytes())


def references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for member in value.values() for found in references(member)]
    if isinstance(value, list):
        return [found for member in value for found in references(member)]
    return []


def target(reference: str) -> object:
    """Return what a reference of the document points at; KeyError or FileNotFoundError where it points nowhere."""
    if not reference.startswith("#/"):
        return json.loads((FOLDER / reference).read_bytes())
    found = document()
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_the_committed_files_are_those_the_catalogue_gives():
    assert asyncapi.main(["--check", "--folder", str(FOLDER)]) == 0


def test_a_file_that_is_not_current_is_noticed(tmp_path, capsys):
    asyncapi.main(["--folder", str(tmp_path)])
    assert asyncapi.main(["--check", "--folder", str(tmp_path)]) == 0
    (tmp_path / "asyncapi.json").write_text("{}")
    (tmp_path / "schemas" / "lealtad.cases.case-forgotten.v1.json").write_text("{}")

    assert asyncapi.main(["--check", "--folder", str(tmp_path)]) == 1
    assert "asyncapi.json, schemas/lealtad.cases.case-forgotten.v1.json" in capsys.readouterr().err


def test_every_reference_of_the_document_points_at_something():
    pointers = references(document())

    assert pointers
    assert all(target(pointer) for pointer in pointers)


def test_every_topic_is_a_channel_and_every_event_a_message_of_one():
    channels = document()["channels"]

    assert channels.keys() == {topic.name for topic in TOPICS}
    assert channels["activity-backfill"]["messages"].keys() == channels["activity"]["messages"].keys()
    named = [
        name for topic, channel in channels.items() for name in channel["messages"] if topic != "activity-backfill"
    ]
    assert sorted(named) == sorted(CATALOG)


@event_types
def test_an_event_is_named_after_its_topic_and_in_its_first_version(name):
    model = CATALOG[name]

    assert name.startswith(f"lealtad.{model.topic.name}.")
    assert name.endswith(".v1")
    assert model.__doc__


@event_types
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_whatever_is_written_meets_the_committed_schema_and_is_read_back(name, data):
    model = CATALOG[name]
    written = model.model_validate(data.draw(any_data(model.model_json_schema(mode="validation"))))

    value = encode_data(written)

    Draft202012Validator(committed(name), format_checker=FormatChecker()).validate(json.loads(value))
    assert model.model_validate_json(value) == written


@event_types
def test_a_reader_takes_what_a_newer_producer_adds(name):
    """Evolution is additive: an unknown attribute is no error."""
    assert committed(name).get("additionalProperties", True) is True
