"""The compose file and the images hold to the house rules; no container engine is needed to see that."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from lealtad.registry import Deployable, deployables
from lealtad.version import VERSION
from lealtad_local.services import DEPLOYABLES, SERVICES, Service

ROOT = Path(__file__).resolve().parents[3]
ENV_EXAMPLE = ROOT / "deploy/docker/.env.example"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "deploy/docker/Dockerfile").read_text()
README = (ROOT / "deploy/docker/README.md").read_text()
LONG_RUNNING = ["proxy", "kafka", "postgres", *(s.api() for s in DEPLOYABLES), *(f"{s.name}-worker" for s in SERVICES)]
ONE_SHOT = ["topics", *(f"{s.name}-migrate" for s in SERVICES)]

FIXED = {"LEALTAD_HTTP_ROOT_PATH", "LEALTAD_DATABASE_URL", "LEALTAD_KAFKA_BOOTSTRAP"}
"""Variables that the compose file itself decides on, for its own servers."""

each_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
each_deployable = pytest.mark.parametrize("deployable", deployables(), ids=lambda each: each.name)


def processes_of(deployable: Deployable) -> list[dict[str, Any]]:
    kinds = ("api", "worker", "migrate") if deployable.has_stream else ("api",)
    return [COMPOSE["services"][f"{deployable.name}-{kind}"] for kind in kinds]


def compose_command() -> list[str] | None:
    candidates = (["docker", "compose"], ["docker-compose"])
    return next((each for each in candidates if shutil.which(each[0]) and _works(each)), None)


def _works(command: list[str]) -> bool:
    done = subprocess.run([*command, "version"], capture_output=True, check=False)  # noqa: S603
    return done.returncode == 0


def test_compose_runs_every_process_of_every_service() -> None:
    assert set(COMPOSE["services"]) == {*LONG_RUNNING, *ONE_SHOT}


@pytest.mark.parametrize("name", ONE_SHOT)
def test_steps_run_once(name: str) -> None:
    assert COMPOSE["services"][name]["restart"] == "no"
    assert COMPOSE["services"][name]["healthcheck"] == {"disable": True}


@pytest.mark.parametrize("name", ["kafka", "postgres"])
def test_servers_have_a_health_check_and_a_volume(name: str) -> None:
    assert COMPOSE["services"][name]["healthcheck"]["test"][0] == "CMD"
    assert COMPOSE["services"][name]["volumes"]


@each_service
def test_processes_start_after_the_topics_and_their_own_migration(service: Service) -> None:
    assert COMPOSE["services"][f"{service.name}-migrate"]["depends_on"] == {
        "postgres": {"condition": "service_healthy"}
    }
    for kind in ("api", "worker"):
        assert COMPOSE["services"][f"{service.name}-{kind}"]["depends_on"] == {
            "topics": {"condition": "service_completed_successfully"},
            f"{service.name}-migrate": {"condition": "service_completed_successfully"},
        }


@each_service
def test_processes_are_confined(service: Service) -> None:
    for kind in ("api", "worker", "migrate"):
        process = COMPOSE["services"][f"{service.name}-{kind}"]
        assert process["read_only"] is True
        assert process["cap_drop"] == ["ALL"]
        assert process["security_opt"] == ["no-new-privileges:true"]


@each_service
def test_each_service_reaches_its_own_database_only(service: Service) -> None:
    urls = {
        COMPOSE["services"][f"{service.name}-{kind}"]["environment"]["LEALTAD_DATABASE_URL"]
        for kind in ("api", "worker", "migrate")
    }
    assert len(urls) == 1
    url = urls.pop()
    assert url.startswith(f"postgresql://{service.database}:")
    assert url.endswith(f"/{service.database}${{LEALTAD_DATABASE_OPTIONS:-}}")


@each_service
def test_a_role_of_the_database_gets_its_password(service: Service) -> None:
    variable = f"{service.database.upper()}_DB_PASSWORD"
    assert COMPOSE["services"]["postgres"]["environment"][variable].startswith(f"${{{variable}:?")


@each_deployable
def test_processes_run_the_image_of_their_deployable(deployable: Deployable) -> None:
    arguments = {
        "BASE": "${LEALTAD_BASE_IMAGE:-python:3.11-slim}",
        "VERSION": f"${{LEALTAD_VERSION:-{VERSION}}}",
        "SERVICE": deployable.name,
        "PACKAGE": deployable.package,
    }
    folder = deployable.folder.relative_to(ROOT)
    if folder != Path("services") / deployable.name:
        arguments["FOLDER"] = str(folder)
    for process in processes_of(deployable):
        assert process["build"] == {"context": ".", "dockerfile": "deploy/docker/Dockerfile", "args": arguments}
        assert process["image"] == f"lealtad/{deployable.name}:${{LEALTAD_VERSION:-{VERSION}}}"


@each_deployable
def test_every_setting_can_be_set(deployable: Deployable) -> None:
    for process in processes_of(deployable):
        assert process["env_file"] == [
            {"path": f"deploy/docker/{name}.env", "required": False} for name in ("settings", deployable.name)
        ]
        # What stands here wins over the files above, so it has to come from `.env`.
        set_here = {name: value for name, value in process["environment"].items() if name not in FIXED}
        assert {name for name, value in set_here.items() if not value.startswith(f"${{{name}:")} == set()


def test_the_readme_names_every_variable_that_counts_in_dot_env_only() -> None:
    table = README.partition("What `.env` holds")[2].partition("\n\n## ")[0]
    used = {part.split("}")[0].split(":")[0] for part in (ROOT / "docker-compose.yml").read_text().split("${")[1:]}
    assert {name for name in used if f"`{name}`" not in table} == set()


@each_deployable
def test_the_readme_names_the_path_of_each_api(deployable: Deployable) -> None:
    assert f"`/{deployable.name}`" in README


def test_an_image_runs_as_a_numbered_account_with_a_health_check_and_hashed_packages() -> None:
    lines = [line for line in DOCKERFILE.splitlines() if not line.startswith("#")]
    assert lines[0].startswith("ARG BASE=")
    users = [line for line in lines if line.startswith("USER ")]
    assert users == ["USER 10001"]
    assert lines.index(users[0]) > max(i for i, line in enumerate(lines) if line.startswith("RUN "))
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
    assert any("--require-hashes" in line for line in lines)


def test_an_image_says_what_it_is_and_in_which_version() -> None:
    assert f"\nARG VERSION={VERSION}\n" in DOCKERFILE
    assert 'org.opencontainers.image.version="${VERSION}"' in DOCKERFILE


def test_an_image_needs_no_builder_beyond_the_classic_one() -> None:
    for modern in ("# syntax", "--mount", "--link", "<<"):
        assert modern not in DOCKERFILE


@each_deployable
def test_what_an_image_copies_is_sent_to_the_build(deployable: Deployable) -> None:
    folder = deployable.folder.relative_to(ROOT)
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    sent = [Path(line.removeprefix("!")) for line in lines if line.startswith("!")]
    left_out = [line for line in lines if line and line[0] not in "#!" and line != "*"]

    sources = [line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("COPY ")]
    assert sources == ["${FOLDER}/requirements.lock", "shared/src", "${FOLDER}"]
    parts = ("src", "requirements.lock", "migrations") if deployable.has_stream else ("src", "requirements.lock")
    for needed in (Path("shared/src"), *(folder / part for part in parts)):
        assert (ROOT / needed).exists()
        assert any(needed.is_relative_to(each) for each in sent)
        assert not any(needed.match(pattern) for pattern in left_out)
    assert {part.name for part in deployable.folder.iterdir()} <= {*parts, *(Path(each).name for each in left_out)}


def test_the_classic_builder_finds_what_is_sent_to_the_build() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert [line for line in lines if line.startswith("!") and "*" in line] == []


@each_deployable
def test_an_image_holds_the_locked_packages_of_its_deployable(deployable: Deployable) -> None:
    lock = deployable.folder / "requirements.lock"
    everything = _pins(ROOT / "requirements.lock")
    assert _pins(lock) <= everything


def _pins(lock: Path) -> set[str]:
    lines = lock.read_text().splitlines()
    return {line.split(";")[0].rstrip(" \\") for line in lines if "==" in line and not line.startswith(" ")}


def test_every_variable_of_the_compose_file_is_in_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    used = {part.split("}")[0].split(":")[0] for part in text.split("${")[1:]}
    example = ENV_EXAMPLE.read_text()
    assert {name for name in used if f"{name}=" not in example} == set()


def test_compose_accepts_the_file_with_the_example_environment() -> None:
    command = compose_command()
    if command is None:
        pytest.skip("docker compose is not installed")
    arguments = ["--env-file", str(ENV_EXAMPLE), "config", "--quiet"]
    done = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
