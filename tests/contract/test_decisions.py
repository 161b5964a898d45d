"""Decision records: one numbered series with status and date, all in the index, and no link that leads nowhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORDS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
INDEX = (ROOT / "docs" / "adr" / "README.md").read_text()
DOCUMENTS = [path for path in ROOT.rglob("*.md") if not {".venv", ".lealtad"} & set(path.parts)]
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]*))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors_of(document: Path) -> set[str]:
    """Return the names that links can give to the headings of a document."""
    titles = (re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", title) for title in HEADING.findall(document.read_text()))
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def leads_somewhere(document: Path, path: str, anchor: str) -> bool:
    target = document.parent / path if path else document
    return target.exists() and (not anchor or anchor in anchors_of(target))


def test_records_are_numbered_without_a_gap():
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))
    assert {path.name for path in (ROOT / "docs" / "adr").glob("*.md")} == {*(r.name for r in RECORDS), "README.md"}


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_number_status_and_date_and_is_in_the_index(record: Path):
    title, _, body = record.read_text().partition("\n")
    number = int(record.name[:4])
    head = re.match(r"\n\*\*Status\*\* (accepted|superseded)\b.* · \*\*Date\*\* (\d{4}-\d{2}-\d{2})\n", body)

    assert title.startswith(f"# {number}. ")
    assert head
    assert f"| {number} | [{title.partition('. ')[2]}]({record.name}) | {head[1]} | {head[2]} |" in INDEX


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(document: Path):
    missing = [link for link in LINK.findall(document.read_text()) if not leads_somewhere(document, *link)]

    assert missing == []
