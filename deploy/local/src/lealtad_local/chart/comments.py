"""Read what the comments of `values.yaml` say about each key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

KEY = re.compile(r"^(?P<indent> *)(?P<name>[A-Za-z0-9_.-]+):")
COMMENT = re.compile(r"^ *# ?(?P<text>.*)$")
SCHEMA = "@schema "

Path = tuple[str, ...]


@dataclass(frozen=True)
class Comment:
    """What stands above a key: its meaning, and the schema of its value where the default does not tell."""

    meaning: str = ""
    schema: dict[str, Any] = field(default_factory=dict)


def comments_of(text: str) -> dict[Path, Comment]:
    """Return the comment above each key of a YAML document in block style, by the path of the key.

    Items of lists have no comments of their own.
    """
    return {path: _parsed(lines) for path, lines in _keys(text)}


def _keys(text: str) -> Iterator[tuple[Path, list[str]]]:
    above: list[str] = []
    parents: list[tuple[int, str]] = []
    for line in text.splitlines():
        if comment := COMMENT.match(line):
            above.append(comment["text"])
            continue
        if key := KEY.match(line):
            indent = len(key["indent"])
            parents = [parent for parent in parents if parent[0] < indent]
            parents.append((indent, key["name"]))
            yield tuple(name for _, name in parents), above
        above = []


def _parsed(lines: list[str]) -> Comment:
    meaning = " ".join(line for line in lines if not line.startswith(SCHEMA))
    schema: dict[str, Any] = next(
        (json.loads(line.removeprefix(SCHEMA)) for line in lines if line.startswith(SCHEMA)), {}
    )
    return Comment(meaning, schema)
