"""One registry of deployables: each place that must name them by itself names all of them."""

import re
import tomllib
from configparser import ConfigParser
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from lealtad import registry
from lealtad.events.subscriptions import READERS
from lealtad.events.topics import TOPICS
from lealtad.registry import Deployable

ROOT = Path(__file__).parents[2]
DEPLOYABLES = registry.deployables()
each_deployable = pytest.mark.parametrize("deployable", DEPLOYABLES, ids=lambda each: each.name)


def import_contract(name: str, key: str) -> set[str]:
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter")
    return set(re.split(r"[\s|]+", contracts[name][key].strip()))


@each_deployable
def test_a_registered_name_is_that_of_the_service_of_its_package_and_of_its_distribution(deployable: Deployable):
    assert deployable.load().name == deployable.name == deployable.package.replace("_", "-")
    assert deployable.distribution == f"lealtad-{deployable.name}"


@each_deployable
def test_a_service_has_a_database_and_a_stream_exactly_where_subscriptions_name_it(deployable: Deployable):
    assert (deployable.load().stream is not None) == deployable.has_stream


def test_every_service_of_the_checkout_is_registered():
    folders = {path.parents[2] for pattern in ("*", "services/*") for path in ROOT.glob(f"{pattern}/src/*/service.py")}

    assert {each.folder for each in DEPLOYABLES} == folders


def test_readers_and_producers_of_events_are_registered():
    names = {each.name for each in registry.services()}

    assert READERS.keys() == names
    assert {topic.producer for topic in TOPICS} <= names


@each_deployable
def test_the_workspace_names_a_deployable_where_it_names_all(deployable: Deployable):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    folder = deployable.folder.relative_to(ROOT)

    assert any(folder.match(pattern) for pattern in project["tool"]["uv"]["workspace"]["members"])
    assert any(
        folder.is_relative_to(tests) for tests in map(Path, project["tool"]["pytest"]["ini_options"]["testpaths"])
    )
    assert any((folder / "src").match(pattern) for pattern in project["tool"]["ruff"]["src"])
    assert f"$MYPY_CONFIG_FILE_DIR/{folder}/src" in project["tool"]["mypy"]["mypy_path"]
    assert deployable.distribution in project["project"]["dependencies"]
    assert project["tool"]["uv"]["sources"][deployable.distribution] == {"workspace": True}


@each_deployable
def test_import_contracts_hold_for_a_deployable(deployable: Deployable):
    assert deployable.package in import_contract("importlinter", "root_packages")
    assert deployable.package in import_contract("importlinter:contract:independence", "modules")
    assert deployable.package in import_contract("importlinter:contract:production", "layers")
    if (deployable.folder / "src" / deployable.package / "domain").exists():
        assert f"{deployable.package}.domain" in import_contract("importlinter:contract:domain", "source_modules")


@each_deployable
def test_metrics_of_a_deployable_are_in_the_catalogue(deployable: Deployable):
    module = deployable.folder / "src" / deployable.package / "metrics.py"
    named = {point.value for point in entry_points(group="lealtad.metrics")}

    assert (f"{deployable.package}.metrics" in named) == module.exists()


@each_deployable
def test_the_readme_says_what_a_deployable_answers(deployable: Deployable):
    folder = deployable.folder.relative_to(ROOT)

    assert f"| [{deployable.name}]({folder}/README.md) | " in (ROOT / "README.md").read_text()
