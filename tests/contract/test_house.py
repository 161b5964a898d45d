"""The shape of the services' code: file roles, no circles between features, layers that are declared."""

import ast
from collections.abc import Iterator
from configparser import ConfigParser
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(path.parent for path in ROOT.glob("services/*/src/*/service.py"))

# Additions need a decision record: docs/adr/0039-file-roles.md.
ROOT_MODULES = {"__main__", "service", "settings", "consumers", "reactions", "fields", "metadata", "metrics"}
ROLES = {
    "routes",
    "schemas",
    "models",
    "repository",
    "commands",
    "queries",
    "projection",
    "reaction",
    "jobs",
    "restore",
    "events",
    "examples",
}
COMPUTATIONS = {"churn_scoring/training", "segmentation/evaluation", "customer_profile/facts/kinds"}
"""Packages whose files are named by what they compute."""


def modules(package: Path) -> list[Path]:
    """Return the modules of a package, as paths from the folder that holds it."""
    paths = (path.relative_to(package.parent) for path in package.rglob("*.py") if path.stem != "__init__")
    return sorted(paths)


def is_in_vocabulary(module: Path) -> bool:
    """Whether a module's name says what it holds."""
    folders = module.parent.parts[1:]
    if not folders:
        return module.stem in ROOT_MODULES
    if folders[0] == "domain" or is_computation(module):
        return is_noun(module.stem)
    if folders[-1] == "commands":
        return "_" in module.stem and not module.stem.partition("_")[0].endswith("ing")
    if folders[-1] in ROLES:
        return is_noun(module.stem)
    return module.stem in ROLES


def is_computation(module: Path) -> bool:
    return any(str(folder) in COMPUTATIONS for folder in module.parents)


def is_noun(name: str) -> bool:
    """Whether a name is no bare gerund, which would not say whether it is a command, a query or a job."""
    return "_" in name or not name.endswith("ing")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def feature_graph(package: Path) -> dict[str, set[str]]:
    """Return which features of a package each feature imports."""
    features = {path.name for path in package.iterdir() if (path / "__init__.py").exists()}
    graph: dict[str, set[str]] = {feature: set() for feature in features}
    for module in package.rglob("*.py"):
        feature = module.relative_to(package).parts[0]
        if feature in features:
            names = (name.split(".") for name in imports_of(module))
            graph[feature] |= {part[1] for part in names if part[0] == package.name and len(part) > 1} & features
        graph.get(feature, set()).discard(feature)
    return graph


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    """Return the features of a circle in the order of their imports; none, an empty list."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_module_of_a_service_has_a_role_of_the_closed_list(package: Path):
    assert [str(module) for module in modules(package) if not is_in_vocabulary(module)] == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_the_features_of_a_service_import_each_other_one_way(package: Path):
    assert circle_in(feature_graph(package)) == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_a_service_declares_the_layers_of_all_its_features(package: Path):
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter")
    layers = [
        contract
        for contract in contracts.values()
        if contract.get("type") == "layers" and contract.get("containers", "").split() == [package.name]
    ]
    assert [contract.get("exhaustive") for contract in layers] == ["True"]


@pytest.mark.parametrize(
    "path",
    [
        "campaigns/offers/managing.py",
        "campaigns/domain/deciding.py",
        "campaigns/offers/commands/offer.py",
        "campaigns/a.py",
    ],
)
def test_a_module_outside_the_vocabulary_is_found(path: str):
    assert not is_in_vocabulary(Path(path))


def test_a_circle_is_found():
    circle = circle_in({"offers": {"decisions"}, "decisions": {"contacts"}, "contacts": {"offers"}, "policy": set()})

    assert {"offers", "decisions", "contacts"} == set(circle)
