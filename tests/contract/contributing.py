"""The lists of files in CONTRIBUTING.md, and the files of the project that name something."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "CONTRIBUTING.md").read_text()
ALWAYS = "always"
SHAREABLE = "shared/tests/events/shareable.py"
"""The one file of tests that an addition has to change."""
SKIPPED = re.compile(r"tests|build|__pycache__|[.].*cache|[.](git|ci|venv|lealtad|hypothesis)|.*[.]egg-info")
ELSEWHERE = re.compile(
    r"^(bench|demo|docs/adr)/|^docs/(benchmarks|platform|glossary)\.md$|^(CHANGELOG|CONTRIBUTING)\.md$|\.(lock|pyc)$"
    r"|^shared/src/lealtad/events/model\.py$"
)
"""Demo, benchmark, prose about all of the project, and a module with an example: no part of the lists."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list: patterns of paths of which an addition changes at least one, always or in a certain case."""

    patterns: tuple[str, ...]
    when: str

    def matches(self, path: str, bound: Mapping[str, str]) -> bool:
        return any(re.fullmatch(_regex(pattern, bound), path) for pattern in self.patterns)


def _regex(pattern: str, bound: Mapping[str, str]) -> str:
    """Return the regular expression of a pattern: `<name>` is one part of a path, or what `bound` says of it."""
    parts = re.split(r"(<\w+>|\*\*/)", pattern)
    return "".join(_part(part, bound) for part in parts)


def _part(part: str, bound: Mapping[str, str]) -> str:
    if part == "**/":
        return "(.+/)?"
    if part.startswith("<"):
        return re.escape(bound[part[1:-1]]) if part[1:-1] in bound else "[^/]+"
    return re.escape(part)


@cache
def rows_of(title: str) -> tuple[Row, ...]:
    """Return the rows of the list under a heading."""
    _, found, rest = DOCUMENT.partition(f"\n### {title}\n")
    assert found, title
    section = re.split(r"\n##+ ", rest)[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    rows = tuple(Row(tuple(re.findall(r"`([^`]+)`", files)), when) for files, when, _ in lines)
    assert rows, title
    return rows


def faults_of(title: str, found: set[str], **bound: str) -> list[str]:
    """Return what is wrong with a list for one thing of its kind that `found` files name."""
    rows = rows_of(title)
    unlisted = [f"not listed: {path}" for path in sorted(found) if not any(row.matches(path, bound) for row in rows)]
    unnamed = [
        f"listed, but does not name it: {' or '.join(row.patterns)}"
        for row in rows
        if row.when == ALWAYS and not any(row.matches(path, bound) for path in found)
    ]
    return unlisted + unnamed


@cache
def texts() -> Mapping[str, str]:
    """Return the texts of the files that the lists are about, by path."""
    return dict(_read())


def _read() -> Iterator[tuple[str, str]]:
    for folder, folders, names in os.walk(ROOT):
        below = Path(folder).relative_to(ROOT)
        folders[:] = sorted(name for name in folders if not SKIPPED.fullmatch(name))
        for path in (below / name for name in sorted(names)):
            if not ELSEWHERE.search(path.as_posix()):
                yield path.as_posix(), (ROOT / path).read_text(errors="replace")
    yield SHAREABLE, (ROOT / SHAREABLE).read_text()


def files_naming(*names: str, under: str = "") -> set[str]:
    """Return the files below `under` whose path or text has one of the names as a whole word."""
    return {
        path
        for path, text in texts().items()
        if path.startswith(under) and any(_has(text, name) or _has(path, name) for name in names)
    }


def _has(text: str, name: str) -> bool:
    return name in text and re.search(rf"(?<![-\w]){re.escape(name)}(?![-\w])", text) is not None
