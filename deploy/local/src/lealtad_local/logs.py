"""Logs of the stack's processes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from lealtad_local.errors import StackError
from lealtad_local.home import Home
from lealtad_local.server import last_lines

POLL_S = 0.3


def files(home: Home, process: str | None) -> list[Path]:
    """Return the log of `process`, or all logs; raise `StackError` for a missing one."""
    known = sorted(home.logs.glob("*.log"))
    found = [path for path in known if process in (None, path.stem)]
    if not found:
        names = ", ".join(path.stem for path in known) or "none yet"
        raise StackError(f"There is no log {process or ''}. There are: {names}")
    return found


def tail(paths: list[Path], count: int) -> Iterator[str]:
    """Return the last `count` lines of each log, each line with the name of its process."""
    for path in paths:
        for line in last_lines(path, count).splitlines():
            yield _named(path, line)


def follow(paths: list[Path]) -> Iterator[str]:
    """Yield new lines for ever."""
    opened = [(path, path.open(errors="replace")) for path in paths]
    for _, file in opened:
        file.seek(0, 2)
    while True:
        for path, file in opened:
            for line in file:
                yield _named(path, line.rstrip("\n"))
        time.sleep(POLL_S)


def _named(path: Path, line: str) -> str:
    return f"{path.stem:<25} {line}"
