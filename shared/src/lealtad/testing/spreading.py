"""Spread tests over worker processes: tests of one stack stay together, and the longest begin first."""

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

ONE_STACK = ("tests/crash", "tests/e2e")
"""Folders whose tests share one running stack, hence one worker."""
LONGEST_FIRST = (*ONE_STACK, "tests/contract", "deploy/local/tests", "shared/tests/platform", "bench/tests")
"""Folders with the longest tests, one worker per file; all others follow."""


def group_of(path: str) -> str:
    """Return the group of a test file (relative to the root) that shares a worker: its folder, or the file alone."""
    return next((folder for folder in ONE_STACK if path.startswith(f"{folder}/")), path)


def rank_of(path: str) -> int:
    """Return the rank of a test file (relative to the root); the lowest rank begins first."""
    ranks = (number for number, folder in enumerate(LONGEST_FIRST) if path.startswith(f"{folder}/"))
    return next(ranks, len(LONGEST_FIRST))


def longest_first(items: list[pytest.Item], root: Path) -> list[pytest.Item]:
    """Return the tests in the order of their ranks."""
    return sorted(items, key=lambda item: rank_of(item.path.relative_to(root).as_posix()))


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc] # the package has no types
    """A scheduling that gives each worker whole groups of tests, in order."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])
