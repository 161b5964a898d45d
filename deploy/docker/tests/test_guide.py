"""The guide is run as it is written, and its result is a page."""

from pathlib import Path

from rich.console import Console

from lealtad_containers.guide import GUIDE, commands
from lealtad_containers.report import Report

ROOT = Path(__file__).resolve().parents[3]


def test_blocks_of_commands_are_taken_whole_and_in_their_order() -> None:
    guide = "text\n```sh\na=1\necho $a\n```\n```text\nnot this\n```\n```sh\nb\n```\n"

    assert commands(guide) == ["a=1\necho $a\n", "b\n"]


def test_the_guide_starts_uses_upgrades_and_stops_the_stack() -> None:
    blocks = commands((ROOT / GUIDE).read_text())

    assert blocks[0].startswith("deploy/docker/new-env")
    assert any("/next-best-action" in block for block in blocks)
    assert any("pg_restore" in block for block in blocks)
    assert blocks[-1] == "docker compose down\n"


def test_the_page_says_what_was_seen_and_what_was_not_proven(tmp_path: Path) -> None:
    report = Report(Console(quiet=True), engine="Docker 1", commit="abc")
    with report.step("Start") as step:
        step.seen.append("well")
    report.unproven.append("the moon")
    page = tmp_path / "page.md"
    report.write(page)

    assert "| Start | well | 0 s |" in page.read_text()
    assert page.read_text().endswith("- the moon\n")
