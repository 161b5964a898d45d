"""The runbooks of docs/reliability.md: one for each alert, about messages that the code really writes."""

import re
from functools import cache
from pathlib import Path

import pytest

from .test_alerts import ROOT, RULES

PAGE = (ROOT / "docs" / "reliability.md").read_text()
SOURCES = [ROOT / "shared" / "src", ROOT / "deploy" / "local" / "src"]
JOINT = re.compile(r'"\s*f?"')
"""The end and the beginning of two literals that Python joins."""


@cache
def code() -> str:
    paths: list[Path] = [path for folder in SOURCES for path in sorted(folder.rglob("*.py"))]
    return JOINT.sub("", "\n".join(path.read_text() for path in paths))


def section_of(title: str) -> str:
    """Return the text below a heading of the page, up to the next heading."""
    _, found, rest = PAGE.partition(f"### {title}\n")
    assert found, title
    return re.split(r"^##+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_each_alert_has_a_runbook_with_meaning_commands_and_end(rule):
    name = rule["alert"]
    runbook = section_of(name)

    assert rule["annotations"]["runbook"] == f"docs/reliability.md#{name.lower()}"
    assert [part for part in ("**Means.**", "**Do.**", "```sh", "**Over** when") if part not in runbook] == []


def test_runbooks_of_alerts_are_in_the_order_of_the_rules():
    alerts = PAGE.partition("\n## Alerts\n")[2].partition("\n## ")[0]

    assert re.findall(r"^### (\w+)$", alerts, re.MULTILINE) == [rule["alert"] for rule in RULES]


@pytest.mark.parametrize("title", ["Upgrade", "Rebuild", "adopt-restore", "republish"])
def test_each_procedure_says_when_how_and_until_when(title):
    procedure = section_of(title)

    assert [part for part in ("**When.**", "```sh", "**Over** when") if part not in procedure] == []


@pytest.mark.parametrize(
    "text", sorted(set(re.findall(r'"([^"$]{6,})"', re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL))))
)
def test_each_message_that_the_page_quotes_is_written_by_the_code(text):
    assert text in code()


@pytest.mark.parametrize("event", sorted(set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", PAGE)) - {"derived_next"}))
def test_each_log_event_that_the_page_names_is_written_by_the_code(event):
    assert f'"{event}"' in code() or event == "pg_read_all_stats"
