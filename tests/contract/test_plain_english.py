"""Documents are in plain English: short sentences, outside code, tables and lists."""

from pathlib import Path

import pytest

from .commands import ROOT
from .sentences import sentences_of, words_in

LONGEST = 35
"""Words of the longest sentence; 25 is what an author aims at."""
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/*.md"),
    *ROOT.glob("docs/guides/**/*.md"),
    *ROOT.glob("docs/adr/*.md"),
    *ROOT.glob("deploy/*/README.md"),
    *ROOT.glob("services/*/README.md"),
    *ROOT.glob("demo/**/README.md"),
    *ROOT.glob("bench/README.md"),
]


@pytest.mark.parametrize("document", sorted(DOCUMENTS), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_is_too_long_to_be_read_once(document: Path):
    assert [text for text in sentences_of(document.read_text()) if words_in(text) > LONGEST] == []


@pytest.mark.parametrize(
    ("text", "longest"),
    [
        ("One two three. Four\nfive.", 3),
        ("```sh\none two three four five\n```\n\nSix seven.", 2),
        ("| one two | three four five |\n| --- | --- |\n| six | seven |", 3),
        ("- one two\n- three\n- four five six", 3),
        ("See [the long title](a/b.md) and `one two three four`.", 6),
        ("One two (three. four five six) seven?", 4),
    ],
)
def test_a_sentence_ends_with_its_mark_its_cell_or_its_item(text: str, longest: int):
    assert max(map(words_in, sentences_of(text))) == longest
