"""The commands of docs/guides/operate.md, run as a reader would type them."""

import os
import re
import shlex
import shutil
import tempfile
from pathlib import Path

from lealtad_containers.project import Project
from lealtad_containers.report import Report
from lealtad_containers.shell import run

GUIDE = Path("docs/guides/operate.md")
GUIDE_S = 1800
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(guide: str) -> list[str]:
    """Return the blocks of commands of a guide, in their order."""
    return _BLOCK.findall(guide)


def prove_guide(project: Project, report: Report) -> None:
    """Run the guide in the project's checkout, from the start to the stop; raise ProofError at a command that fails."""
    with report.step(f"Every command of {GUIDE}") as step, tempfile.TemporaryDirectory() as folder:
        blocks = commands((project.checkout / GUIDE).read_text())
        path = f"{_docker_with_compose(project, Path(folder))}:{os.environ['PATH']}"
        settings = {**project.environment, "PATH": path}
        script = "set -eu\n" + "\n".join(blocks)
        run(["sh", "-c", script], cwd=project.checkout, timeout_s=GUIDE_S, environment=settings)
        step.seen.append(f"{len(blocks)} blocks ran")


def _docker_with_compose(project: Project, folder: Path) -> Path:
    """Make a `docker` that knows `compose`, for engines whose Compose is a command of its own."""
    docker, compose = shutil.which("docker"), shlex.join(project.engine.compose)
    script = folder / "docker"
    lines = ["#!/bin/sh", f'[ "$1" = compose ] || exec {docker} "$@"', "shift", f'exec {compose} "$@"']
    script.write_text("\n".join([*lines, ""]))
    script.chmod(0o700)
    return folder
