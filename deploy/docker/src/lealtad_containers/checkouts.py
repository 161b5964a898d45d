"""Checkouts of commits beside this one."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lealtad_containers.shell import run


@contextmanager
def checkout_of(commit: str) -> Iterator[Path]:
    """Yield a folder with the files of `commit`, and the programs of this checkout's .venv."""
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder, "lealtad")
        run(["git", "worktree", "add", "--detach", checkout, commit])
        (checkout / ".venv").symlink_to(sys.prefix)
        try:
            yield checkout
        finally:
            run(["git", "worktree", "remove", "--force", checkout])
