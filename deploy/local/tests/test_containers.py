"""The compose file and the images hold to the house rules; no container engine is needed to see that."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from lealtad_local.services import SERVICES, Service

ROOT = Path(__file__).resolve().parents[3]
ENV_EXAMPLE = ROOT / "deploy/docker/.env.example"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
LONG_RUNNING = ["proxy", "kafka", "postgres", *(f"{s.name}-{kind}" for s in SERVICES for kind in ("api", "worker"))]
ONE_SHOT = ["topics", *(f"{s.name}-migrate" for s in SERVICES)]

each_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


def dockerfile(service: Service) -> list[str]:
    return (ROOT / "services" / service.name / "Dockerfile").read_text().splitlines()


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
        "postgres": {"condition": "service_healthy", "required": False}
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
def test_an_image_runs_as_a_numbered_account_with_a_health_check_and_hashed_packages(service: Service) -> None:
    lines = dockerfile(service)
    assert lines[1].startswith("ARG BASE=")
    users = [line for line in lines if line.startswith("USER ")]
    assert users == ["USER 10001"]
    assert lines.index(users[0]) > max(i for i, line in enumerate(lines) if line.startswith("RUN "))
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
    assert any("--require-hashes" in line for line in lines)


@each_service
def test_an_image_needs_no_builder_beyond_the_classic_one(service: Service) -> None:
    text = "\n".join(dockerfile(service))
    for modern in ("# syntax", "--mount", "--link", "<<"):
        assert modern not in text


@each_service
def test_what_an_image_copies_is_sent_to_the_build(service: Service) -> None:
    allowed = [line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"]
    for line in dockerfile(service):
        if line.startswith("COPY "):
            source = Path(line.split()[1])
            assert (ROOT / source).exists()
            assert any(source.match(pattern) for pattern in allowed)


@each_service
def test_an_image_holds_the_locked_packages_of_its_service(service: Service) -> None:
    lock = ROOT / "services" / service.name / "requirements.lock"
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
