"""The commands that documents name, read from code blocks and inline code."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(?:sh|text|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
PROGRAM = re.compile(r"(?:\S*/)?(lealtad|make|python3?|alembic|pytest|lint-imports|ruff)$")
PATH = re.compile(r"(services|shared|deploy|docs|tests|bench|demo|scripts)/[\w./*-]+")
ASSIGNMENT = re.compile(r"[A-Z_]+=\S*$")


def documents() -> list[Path]:
    """Return the documents for people, and the alerts, which name commands too."""
    skipped = {".venv", ".lealtad", ".pytest_cache", "adr", "node_modules"}
    found = [path for path in ROOT.rglob("*.md") if not skipped & set(path.relative_to(ROOT).parts)]
    return sorted([*found, ROOT / "deploy/prometheus/alerts.yml"])


def commands_in(text: str) -> Iterator[list[str]]:
    """Yield the words of each command that a document names, from the program on."""
    blocks = "\n".join(BLOCK.findall(text)).replace("\\\n", " ")
    inline = INLINE.findall(FENCE.sub("", text))
    for line in (*blocks.splitlines(), *inline):
        for part in re.split(r"\||&&|;|\$\(|\)", line.split(" #")[0]):
            words = _words(part)
            for at, word in enumerate(words[:-1]):
                if PROGRAM.match(word) and _all_assign(words[:at]):
                    yield words[at:]
                    break


def _all_assign(words: list[str]) -> bool:
    """Whether these words only set variables, or name the container that a command runs in."""
    return words[:2] == ["docker", "compose"] or all(ASSIGNMENT.match(word) for word in words)


def paths_in(text: str) -> Iterator[str]:
    """Yield each path from the root of the project that a document names in code, without placeholders."""
    for code in INLINE.findall(FENCE.sub("", text)):
        for word in code.split():
            if PATH.fullmatch(word):
                yield word.rstrip("/")


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()
