"""Commands of the machine, each with a time-out."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from lealtad_containers.errors import ProofError

SHOWN = 3000
"""Characters of a failed command's output that its error shows."""


def run(
    command: Sequence[str | Path],
    *,
    timeout_s: float = 120,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Return what `command` prints; raise ProofError if it fails or takes longer than `timeout_s`."""
    shown = " ".join(map(str, command))
    try:
        done = subprocess.run(  # noqa: S603
            list(map(str, command)),
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            timeout=timeout_s,
            capture_output=True,
            text=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ProofError(f"{shown} took longer than {timeout_s:.0f} s") from None
    except FileNotFoundError as error:
        raise ProofError(f"{shown}: {error}") from None
    if done.returncode:
        raise ProofError(f"{shown} failed:\n{(done.stdout + done.stderr)[-SHOWN:]}")
    return done.stdout


def succeeds(command: Sequence[str | Path], timeout_s: float = 60) -> bool:
    """Return whether `command` ends well within `timeout_s`."""
    try:
        run(command, timeout_s=timeout_s)
    except ProofError:
        return False
    return True
