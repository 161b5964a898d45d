"""The proxy sends every service's path to that service, and keeps what is internal inside."""

import re
from pathlib import Path

import pytest
import yaml

from lealtad_containers.upgrade import FIRST_UPGRADABLE
from lealtad_local.services import DEPLOYABLES

ROOT = Path(__file__).resolve().parents[3]
CADDYFILE = (ROOT / "deploy/docker/Caddyfile").read_text()
PROXY = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["proxy"]


def test_each_service_has_a_path_of_its_name() -> None:
    routes = re.findall(r"handle_path /([a-z-]+)/\* {\s+reverse_proxy ([a-z-]+):8000 {\s+import api\s", CADDYFILE)

    assert routes == [(service.name, f"{service.name}-api") for service in DEPLOYABLES]


def test_metrics_are_not_public() -> None:
    assert re.search(r"@inside path \*/metrics\n\s+error @inside 404", CADDYFILE)


def test_answers_of_the_proxy_are_problem_documents_that_say_when_to_come_back() -> None:
    assert "application/problem+json" in CADDYFILE
    assert re.search(r"502, 503, 504\].*?Retry-After", CADDYFILE, re.DOTALL)


@pytest.mark.parametrize("port", ["8080", "8443"])
def test_the_proxy_alone_is_published(port: str) -> None:
    assert any(each.endswith(f":{port}") for each in PROXY["ports"])
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert {name for name, service in services.items() if service.get("ports")} == {"proxy", "kafka"}


def test_an_upgrade_begins_where_the_documents_say() -> None:
    assert FIRST_UPGRADABLE in (ROOT / "docs/platform.md").read_text()
