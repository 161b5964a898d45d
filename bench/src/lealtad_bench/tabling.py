"""Markdown tables, and pages with places for them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

MISSING = "-"
WITHOUT_DECIMALS = 1000


def table(title: str, head: Sequence[str], rows: Sequence[Iterable[str]]) -> str:
    """Return a table below its title, or an empty text without rows."""
    if not rows:
        return ""
    lines = [head, ["---", *("--:" for _ in head[1:])], *rows]
    return "\n".join([f"### {title}", "", *(f"| {' | '.join(line)} |" for line in lines)])


def number(value: float | None) -> str:
    """Return a figure with digits by its size."""
    if value is None:
        return MISSING
    return f"{value:,.1f}" if value < WITHOUT_DECIMALS else f"{value:,.0f}"


def times(value: float | None) -> str:
    """Return a ratio."""
    return MISSING if value is None else f"{value:.2f}"


def write_into(page: Path, name: str, text: str) -> None:
    """Return the page with new text between the marks of this name; raise ValueError if they are missing."""
    opening, closing = marks(name)
    before, begin, rest = page.read_text(encoding="utf-8").partition(opening)
    _, end, after = rest.partition(closing)
    if not (begin and end):
        raise ValueError(f"{page} lacks the lines {opening} and {closing}, between which the tables go.")
    page.write_text(f"{before}{opening}\n\n{text}\n\n{closing}{after}", encoding="utf-8")


def marks(name: str) -> tuple[str, str]:
    """Return the marks around the tables of a benchmark."""
    return f"<!-- {name}: made by `lealtad bench tables` -->", f"<!-- {name}: end -->"
