"""CONTRIBUTING.md is true: each list of files is the one of everything of its kind that exists."""

import ast
import re
from collections.abc import Iterator
from importlib.metadata import entry_points

import pytest
import yaml

from customer_profile.facts.kinds.descriptor import FactKind
from customer_profile.facts.kinds.registry import KINDS
from lealtad import registry
from lealtad.events import catalog as _catalog  # noqa: F401 - registers every type
from lealtad.events import topics
from lealtad.events.model import CATALOG, EventData
from lealtad.events.topics import TOPICS, Topic
from lealtad.observability.metrics import CATALOGUE, Described
from lealtad.registry import Deployable

from .contributing import ROOT, faults_of, files_naming, texts
from .services import SERVICES

RULES = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"]
ALERTS = [rule["alert"] for group in RULES for rule in group["rules"]]
SETTINGS = sorted({name for service in SERVICES for name in service.settings.model_fields})
TWINS = [topic.backfill for topic in TOPICS if topic.backfill]
"""Lanes of topics: declared beside their topic."""
MODELS = re.compile(r"services/[^/]+/src/(?P<package>\w+)/(?P<feature>\w+)/models\.py")
DOCUMENTS = re.compile(r"docs/(?!index|metrics|settings|events)|deploy/(local|docker/src)/|SECURITY")
"""Documents and messages that take a service for an example."""
for entry_point in entry_points(group="lealtad.metrics"):
    entry_point.load()


def names_of(service: str) -> dict[str, str]:
    """Return what the placeholders of a producer stand for."""
    return {"producer": service, "catalogue": service.replace("-", "_")}


def readmes_naming(*names: str) -> set[str]:
    return {path for path in files_naming(*names, under="services/") if path.endswith("README.md")}


def modules_naming(*names: str) -> set[str]:
    return {path for path in files_naming(*names) if path.endswith((".py", ".json"))}


def files_of_event(event: type[EventData]) -> set[str]:
    """Return the files that name an event by class or type; a base class in a catalogue is named where it is used."""
    return modules_naming(event.__name__, event.type) | readmes_naming(event.type.split(".")[2])


@pytest.mark.parametrize("kind", [*KINDS], ids=lambda kind: kind.name)
def test_the_list_for_a_fact_kind_holds(kind: FactKind):
    module = kind.decide.__module__.rpartition(".")[2]
    intake = modules_naming(kind.request.__name__, f"kinds.{module}")
    for event in kind.events:
        found = intake | files_of_event(event)
        assert faults_of("A fact kind", found, kind=module, type=event.type) == []


def test_a_test_adds_a_fact_kind_by_what_the_list_calls_always():
    """The kind of `test_new_kind.py` works although no file of the project names it."""
    source = (ROOT / "services/customer-profile/tests/test_new_kind.py").read_text()
    classes = re.findall(r"class (\w*Gift\w*)\(", source)

    assert {"GiftGiven", "NewGift", "Gift"} <= set(classes)
    assert files_naming("GiftGiven", "NewGift", "gift-given") == set()
    assert re.findall(r"monkeypatch\.\w+\((\w+)", source) == ["CATALOG"]


@pytest.mark.parametrize("event", [*CATALOG.values()], ids=[*CATALOG])
def test_the_list_for_an_event_holds(event: type[EventData]):
    found = files_of_event(event)

    assert faults_of("An event", found, type=event.type, **names_of(event.topic.producer)) == []


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic not in TWINS], ids=lambda topic: topic.name)
def test_the_list_for_a_topic_holds(topic: Topic):
    (constant,) = [name for name, value in vars(topics).items() if value is topic]
    importing = files_naming("lealtad.events.topics", under="shared/")
    found = (importing | {"shared/src/lealtad/events/topics.py"}) & files_naming(constant)
    found |= modules_naming(f"lealtad.{topic.name}") & {"docs/events/asyncapi.json"}
    found |= {path for path, text in texts().items() if path.endswith("README.md") and f"`{topic.name}`" in text}
    found |= {"README.md"} if re.search(rf"^{topic.name} +[●○]", texts()["README.md"], re.MULTILINE) else set()

    assert faults_of("A topic", found, **names_of(topic.producer)) == []


@pytest.mark.parametrize("name", SETTINGS)
def test_the_list_for_a_setting_holds(name: str):
    found = files_naming(f"LEALTAD_{name.upper()}") | modules_naming(f"settings.{name}", f"_settings.{name}")
    declared = {path for path in files_naming(name) if path.endswith("/settings.py")}

    assert faults_of("A setting", found | declared) == []


@pytest.mark.parametrize("metric", [*CATALOGUE.values()], ids=[*CATALOGUE])
def test_the_list_for_a_metric_holds(metric: Described):
    named = files_naming(*(metric.name + suffix for suffix in ("", "_bucket", "_count", "_sum")))
    declared = {path: re.search(rf'(\w+) = \w+\(\s*"{metric.name}"', texts()[path]) for path in named}
    ((declaring, constant),) = [(path, found) for path, found in declared.items() if found]
    source = declaring.partition("/src/")[0]
    used = {path for path in files_naming(constant[1], under=source) if path.endswith(".py")}

    assert faults_of("A metric", named | used) == []


@pytest.mark.parametrize("alert", ALERTS)
def test_the_list_for_an_alert_holds(alert: str):
    assert faults_of("An alert", files_naming(alert)) == []


def resources() -> Iterator[tuple[str, str, str]]:
    """Yield path of the models, name and constant of each resource."""
    for path, text in texts().items():
        if MODELS.fullmatch(path):
            for node in ast.parse(text).body:
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                    call = node.value
                    if isinstance(call.func, ast.Name) and call.func.id in {"Resource", "VersionedResource"}:
                        (name,) = [item.value for item in call.args if isinstance(item, ast.Constant)]
                        yield path, str(name), ast.unparse(node.targets[0])


@pytest.mark.parametrize(("models", "name", "constant"), [*resources()], ids=lambda value: value)
def test_the_list_for_a_versioned_resource_holds(models: str, name: str, constant: str):
    folder, package = models.removesuffix("models.py"), MODELS.fullmatch(models)
    assert package
    service, feature = models.split("/")[1], package["feature"]
    below = f"services/{service}/"
    found = {path for path in texts() if path.startswith(folder)}
    found |= {
        path for path in files_naming(f"{package['package']}.{feature}", constant, under=below) if "/src/" in path
    }
    scopes = set(re.findall(r'"([a-z-]+:[a-z]+)"', texts()[f"{folder}routes.py"]))
    for path, wanted in {
        "shared/src/lealtad/http/auth.py": scopes,
        ".importlinter": {feature},
        f"{below}README.md": {feature},
    }.items():
        found |= {path} if all(word in texts()[path] for word in wanted) else set()
    found |= {path for path in files_naming(f"owned.{name}", under=f"{below}migrations/") if path.endswith(".py")}

    assert faults_of("A versioned resource", found, service=service, feature=feature) == []


@pytest.mark.parametrize(
    ("title", "found", "faults"),
    [
        ("An alert", {"deploy/prometheus/alerts.yml"}, ["listed, but does not name it: docs/reliability.md"]),
        (
            "An alert",
            {"deploy/prometheus/alerts.yml", "docs/reliability.md", "Makefile"},
            ["not listed: Makefile"],
        ),
    ],
)
def test_a_list_that_does_not_hold_is_found(title: str, found: set[str], faults: list[str]):
    assert faults_of(title, found) == faults


@pytest.mark.parametrize("service", registry.services(), ids=lambda service: service.name)
def test_the_list_for_a_service_holds(service: Deployable):
    folder = service.folder.relative_to(ROOT).as_posix()
    own = {path for path in texts() if path.startswith(f"{folder}/")}
    own |= {path.relative_to(ROOT).as_posix() for path in service.folder.glob("*.lock")}
    names = (f'"{service.name}"', service.distribution, f"{folder}/", f"`{service.name}`", f"{service.name}-api")
    named = files_naming(*names) | {path for path in texts() if f"{folder}/" in texts()[path]}
    elsewhere = {path for path in named if not path.startswith("services/") and not DOCUMENTS.match(path)}
    configured = {path for path in (".importlinter", "README.md") if service.package in texts()[path]}

    bound = {"service": service.name, "package": service.package}
    assert faults_of("A service", own | elsewhere | configured, **bound) == []
