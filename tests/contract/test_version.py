"""One version of all distributions, images and API documents: that of `lealtad.version`."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from lealtad.app import Service
from lealtad.observability.metrics import REGISTRY
from lealtad.version import VERSION

from .services import SERVICES, document_of

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "shared/src/lealtad/version.py"
LISTED = subprocess.run([ROOT / "scripts/distributions"], capture_output=True, text=True, check=True)  # noqa: S603
DISTRIBUTIONS = LISTED.stdout.split()


@pytest.mark.parametrize("folder", DISTRIBUTIONS)
def test_a_distribution_takes_its_version_from_the_one_place(folder: str):
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())

    assert project["project"]["dynamic"] == ["version"]
    assert (ROOT / folder / project["tool"]["hatch"]["version"]["path"]).resolve() == SOURCE


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_an_api_document_names_the_version(service: Service):
    assert document_of(service)["info"]["version"] == VERSION


def test_a_metric_names_the_version():
    assert f'lealtad_build_info{{version="{VERSION}"}} 1.0' in generate_latest(REGISTRY).decode()


@pytest.mark.parametrize("chart", [*ROOT.glob("deploy/kubernetes/**/Chart.yaml")], ids=lambda path: path.parent.name)
def test_a_chart_is_of_the_version(chart: Path):
    assert re.findall(r"^(?:version|appVersion): *\"?([^\"\n]+)", chart.read_text(), re.MULTILINE) == [VERSION] * 2
