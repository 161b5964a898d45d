"""The walk of one purchase in docs/platform.md leads through files and names that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "platform.md").read_text()
_, _, WALK = PAGE.partition("<!-- walk: tests/contract/test_walk.py -->")
HOPS = [line for line in WALK.partition("<!-- walk: end -->")[0].splitlines() if "`" in line]


def names_in(body: list[ast.stmt], prefix: str = "") -> set[str]:
    """Return the functions, classes, methods and variables that a module defines."""
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(prefix + node.name)
        if isinstance(node, ast.ClassDef):
            found |= names_in(node.body, f"{prefix}{node.name}.")
        if isinstance(node, ast.Assign):
            found |= {prefix + target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def missing_of(hop: str) -> list[str]:
    """Return the file or the names of a hop that do not exist."""
    path, *names = re.findall(r"`([^`]+)`", hop)
    if not (ROOT / path).is_file():
        return [path]
    return sorted(set(names) - names_in(ast.parse((ROOT / path).read_text()).body))


@pytest.mark.parametrize("hop", HOPS, ids=lambda hop: hop.split("|")[1].strip())
def test_a_hop_of_the_walk_exists(hop: str):
    assert missing_of(hop) == []


def test_the_walk_leads_from_the_route_to_the_decision():
    assert len(HOPS) > 15
    assert "facts/routes.py" in HOPS[0]
    assert "decide_current_actions" in HOPS[-1]


def test_what_does_not_exist_is_found():
    assert missing_of("| x | `shared/src/lealtad/gone.py` | `x` |") == ["shared/src/lealtad/gone.py"]
    assert missing_of("| x | `shared/src/lealtad/flush.py` | `flush`, `gone` |") == ["gone"]
