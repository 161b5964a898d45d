"""What a check found, and the table of findings."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum


class State(StrEnum):
    """The outcome of one check."""

    OK = "ok"
    WARNING = "warning"
    """The process starts, and may be in trouble later."""
    FAILS = "fails"
    """The process would not start, or not work."""
    UNSEEN = "unseen"
    """The check cannot tell."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check, and for a failure what to do."""

    name: str
    state: State
    detail: str
    advice: str = ""


def ok(name: str, detail: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(name, State.OK, detail)


def warning(name: str, detail: str, advice: str) -> Finding:
    """Return a finding that does not keep the process from starting."""
    return Finding(name, State.WARNING, detail, advice)


def fails(name: str, detail: str, advice: str) -> Finding:
    """Return a finding that is to be mended before a start."""
    return Finding(name, State.FAILS, detail, advice)


def unseen(name: str, detail: str) -> Finding:
    """Return a finding that nothing is known."""
    return Finding(name, State.UNSEEN, detail)


def table(findings: Iterable[Finding]) -> str:
    """Render findings, one a line, each with its advice below."""
    rows = list(findings)
    width = max(len(row.name) for row in rows)
    lines: list[str] = []
    for row in rows:
        lines.append(f"{row.state:<8} {row.name:<{width}}  {row.detail}")
        if row.advice:
            lines.append(f"{'':<8} {'':<{width}}  -> {row.advice}")
    return "\n".join(lines) + "\n"


def document(findings: Iterable[Finding]) -> str:
    """Render findings as JSON."""
    return json.dumps([asdict(row) for row in findings]) + "\n"
