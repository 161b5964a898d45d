"""What a service imports is in its image: every package comes from the service's own lock file."""

import re
import sys
from functools import cache
from importlib.metadata import packages_distributions

import grimp
import pytest

from lealtad.registry import Deployable, deployables

PLATFORM = "lealtad"
NOT_IN_IMAGES = {"lealtad.testing"}
"""Modules that only tests import."""


@cache
def import_graph() -> grimp.ImportGraph:
    packages = [PLATFORM, *(service.package for service in deployables())]
    return grimp.build_graph(*packages, include_external_packages=True)


def imported_packages(package: str) -> set[str]:
    graph = import_graph()
    modules = {package, *graph.find_descendants(package)}
    for left_out in NOT_IN_IMAGES & modules:
        modules -= {left_out, *graph.find_descendants(left_out)}
    imported = {name.split(".")[0] for module in modules for name in graph.find_modules_directly_imported_by(module)}
    return imported - sys.stdlib_module_names - {PLATFORM, package}


def locked(service: Deployable) -> set[str]:
    lock = (service.folder / "requirements.lock").read_text()
    return set(re.findall(r"^([a-z0-9-]+)==", lock, flags=re.MULTILINE))


@pytest.mark.parametrize("service", deployables(), ids=lambda service: service.name)
def test_every_imported_package_is_locked_for_the_image(service: Deployable) -> None:
    distributions = packages_distributions()
    imported = imported_packages(PLATFORM) | imported_packages(service.package)
    missing = {
        name
        for name in imported
        if not {found.lower().replace("_", "-") for found in distributions.get(name, [])} & locked(service)
    }
    assert missing == set()
