"""A revision makes the same tables for ever: it uses nothing that changes with the code."""

import ast
from pathlib import Path

import pytest

from lealtad.db.migrations import PLATFORM_MIGRATIONS

from .services import SERVICES

HISTORIES = {"platform": PLATFORM_MIGRATIONS, **{service.name: service.database.migrations for service in SERVICES}}
UNCHANGING = {"alembic", "sqlalchemy", "json", "pathlib", "uuid"}


@pytest.mark.parametrize("name", HISTORIES)
def test_revisions_import_nothing_of_the_code(name):
    for revision in (HISTORIES[name] / "versions").glob("*.py"):
        assert modules(revision) <= UNCHANGING | {"lealtad.db.migrations.run_script"}, revision


@pytest.mark.parametrize("name", HISTORIES)
def test_revisions_are_numbered_one_after_the_other(name):
    numbers = sorted(path.name[:4] for path in (HISTORIES[name] / "versions").glob("*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def modules(file: Path) -> set[str]:
    """Return the modules that a file imports; of the platform also the names that it imports from them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            ours = (node.module or "").startswith("lealtad")
            found |= {f"{node.module}.{alias.name}" for alias in node.names} if ours else {node.module or ""}
    return found
