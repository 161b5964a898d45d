"""The chart's schema and README are made from its values and from the settings classes."""

import shutil
from pathlib import Path

import pytest
import yaml

from lealtad.settings import ServiceSettings
from lealtad_local.chart.__main__ import main
from lealtad_local.chart.comments import Comment, comments_of
from lealtad_local.chart.readme import NoMeaningError, readme
from lealtad_local.chart.schema import UnknownTypeError, schema_of
from lealtad_local.chart.settings import GIVEN, from_secrets, plain

CHART = Path(__file__).resolve().parents[2] / "kubernetes/lealtad"


def test_a_comment_belongs_to_the_key_below_it() -> None:
    text = """# About the file.

# How many.
# Two lines.
# @schema {"minimum": 1}
many: 2
inner:
  # Deep.
  - {many: 3}
  deep: ""
other: 1
"""
    assert comments_of(text) == {
        ("many",): Comment("How many. Two lines.", {"minimum": 1}),
        ("inner",): Comment(),
        ("inner", "deep"): Comment(),
        ("other",): Comment(),
    }


def test_the_schema_refuses_what_the_values_do_not_have() -> None:
    schema = schema_of({"inner": {"flag": True}}, {("inner",): Comment(), ("inner", "flag"): Comment("A flag.")})

    assert schema["additionalProperties"] is False
    assert schema["properties"]["inner"] == {
        "type": "object",
        "additionalProperties": False,
        "properties": {"flag": {"type": "boolean", "description": "A flag."}},
    }


@pytest.mark.parametrize("default", [None, [], {}])
def test_a_default_that_does_not_tell_what_is_allowed_needs_a_schema(default: object) -> None:
    with pytest.raises(UnknownTypeError, match=r"inner: say by"):
        schema_of({"inner": default}, {("inner",): Comment("Something.")})


def test_a_value_needs_a_meaning() -> None:
    with pytest.raises(NoMeaningError, match=r"inner\.flag has no meaning"):
        readme({"inner": {"flag": True}}, {("inner",): Comment(), ("inner", "flag"): Comment()})


def test_every_setting_is_a_value_or_given_by_the_templates() -> None:
    free = {name.removeprefix("LEALTAD_").lower() for name in from_secrets(ServiceSettings)}

    assert free | GIVEN == set(ServiceSettings.model_fields)
    assert free & GIVEN == set()


def test_a_secret_stands_in_no_value() -> None:
    assert "LEALTAD_TOKEN_PUBLIC_KEY" not in plain(ServiceSettings)
    assert "LEALTAD_TOKEN_PUBLIC_KEY" in from_secrets(ServiceSettings)


def test_the_committed_files_are_current() -> None:
    assert main(["--chart", str(CHART), "--check"]) == 0


def test_a_file_that_is_not_current_is_named_and_can_be_made_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(CHART / "values.yaml", tmp_path)

    assert main(["--chart", str(tmp_path), "--check"]) == 1
    assert "README.md is not current: run python -m lealtad_local.chart" in capsys.readouterr().err
    assert main(["--chart", str(tmp_path)]) == 0
    assert main(["--chart", str(tmp_path), "--check"]) == 0


def test_the_readme_has_a_row_for_every_value() -> None:
    rows = (CHART / "README.md").read_text()
    values = yaml.safe_load((CHART / "values.yaml").read_text())

    for name in values:
        assert f"| `{name}" in rows
