"""How `make test` spreads tests over worker processes: what shares a stack stays together, the longest goes first."""

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

ONE_STACK = ("tests/crash", "tests/e2e")
"""Folders whose tests share one running stack, and so one worker."""
LONGEST_FIRST = (*ONE_STACK, "tests/contract", "deploy/local/tests", "shared/tests/platform", "bench/tests")
"""Folders that take longest, each file of theirs in one worker; everything else follows."""


def group_of(path: str) -> str:
    """Return what a test file (relative to the root) shares a worker with: its folder's stack, or only itself."""
    return next((folder for folder in ONE_STACK if path.startswith(f"{folder}/")), path)


def rank_of(path: str) -> int:
    """Return when a test file (relative to the root) is begun: the lower the earlier."""
    ranks = (number for number, folder in enumerate(LONGEST_FIRST) if path.startswith(f"{folder}/"))
    return next(ranks, len(LONGEST_FIRST))


def longest_first(items: list[pytest.Item], root: Path) -> list[pytest.Item]:
    """Return the tests in the order in which they are begun."""
    return sorted(items, key=lambda item: rank_of(item.path.relative_to(root).as_posix()))


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc] # the package has no types
    """Gives each worker whole groups of tests, one after the other, in their order."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])
