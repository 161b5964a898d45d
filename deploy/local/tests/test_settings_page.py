from pathlib import Path

import pytest
from pydantic import Field

from lealtad.settings import ProcessSettings, ServiceSettings
from lealtad_local.settings_page import document, main


class Own(ServiceSettings):
    decision_days: int = Field(default=90, description="how long decisions are kept")


class Unexplained(ProcessSettings):
    days: int = 90


def test_the_page_lists_every_shared_setting_once_and_those_of_a_service_with_its_name() -> None:
    page = document({"campaigns": Own, "complaints": ServiceSettings})
    for name in ServiceSettings.model_fields:
        assert page.count(f"| `LEALTAD_{name.upper()}` |") == 1
    assert "| `LEALTAD_DECISION_DAYS` | how long decisions are kept | `90` | campaigns |" in page
    assert "at least 32 bytes | none: required | all |" in page
    assert "host:port/database | none: required | all with a database |" in page


def test_a_setting_without_a_meaning_is_refused() -> None:
    with pytest.raises(ValueError, match="days has no description"):
        document({"campaigns": Unexplained})


def test_a_page_that_is_not_current_is_found_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "settings.md"
    assert main(["--file", str(page), "--check"]) == 1
    assert main(["--file", str(page)]) == 0
    assert main(["--file", str(page), "--check"]) == 0
    page.write_text(page.read_text().replace("12", "24"))
    assert main(["--file", str(page), "--check"]) == 1
    assert "is not current" in capsys.readouterr().err
