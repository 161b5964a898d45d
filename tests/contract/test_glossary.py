"""The glossary gives each term once, with its meaning and the Spanish term."""

from collections import Counter
from collections.abc import Iterator

import pytest

from .commands import ROOT

GLOSSARY = (ROOT / "docs/glossary.md").read_text()
COLUMNS = ["term", "meaning", "Spanish"]
OF_THE_FIELD = {
    "customer": "cliente",
    "customer base": "cartera",
    "petition": "petición",
    "complaint": "queja",
    "claim": "reclamo",
    "suggestion": "sugerencia",
    "churn": "fuga",
    "withdrawal": "retiro",
    "cross-sell": "venta cruzada",
    "service tiering": "jerarquización del servicio",
    "share of wallet": "cuota de cliente",
    "touchpoint": "momento de verdad",
    "stratum": "estrato",
}
"""Terms that the field uses in Spanish; each has one English term."""


def rows() -> Iterator[list[str]]:
    """Yield the cells of each row of a table, without the lines under the headers."""
    for line in GLOSSARY.splitlines():
        if line.startswith("|") and not line.startswith("| ---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


TERMS = [row for row in rows() if row != COLUMNS]


def test_every_table_has_a_column_for_spanish():
    headers = [line for line in GLOSSARY.splitlines() if line.startswith("| term")]
    assert headers == ["| term | meaning | Spanish |"] * GLOSSARY.count("\n## ")


@pytest.mark.parametrize("row", TERMS, ids=lambda row: row[0])
def test_a_term_has_a_meaning_and_both_languages(row: list[str]):
    assert len(row) == len(COLUMNS)
    assert all(row)


def test_a_term_stands_once():
    assert [term for term, times in Counter(row[0] for row in TERMS).items() if times > 1] == []


@pytest.mark.parametrize(("english", "spanish"), OF_THE_FIELD.items())
def test_terms_of_the_field_are_the_usual_ones(english: str, spanish: str):
    assert [row[2] for row in TERMS if row[0] == english and spanish in row[2].split(", ")]
