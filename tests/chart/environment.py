"""Rules: processes get the settings that they need, none that they do not know, and secrets by reference."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from lealtad.app.main import commands_of
from lealtad.kafka.topics import TopicSettings
from lealtad.settings import PREFIX, ServiceSettings

from ..contract.services import SERVICES
from .manifests import Manifest, Pod, of_kind, pods

SECRET = re.compile(r"SECRET|PASSWORD|_URL$|_KEY$|USER$")
REFERENCE = re.compile(r"\$\((\w+)\)")
LONGEST_ORDINAL = "-999"


def processes_get_valid_settings(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Yield unknown variables, missing ones and wrong values, by the settings class of the process."""
    for pod in pods(manifests):
        if pod.component == "test":
            continue
        values = {variable: _value(pod, source) for variable, source in _variables(pod).items()}
        given = {name.removeprefix(PREFIX).lower(): value for name, value in values.items() if name.startswith(PREFIX)}
        service = next((each for each in SERVICES if each.name == pod.labels["app.kubernetes.io/name"]), None)
        settings = service.settings if service else ServiceSettings
        yield from (f"{pod.name}: no setting {name}" for name in given if name not in settings.model_fields)
        try:
            settings.model_validate(given) if service else TopicSettings.model_validate(given)
        except ValidationError as error:
            yield from (f"{pod.name}: {each['loc']} {each['msg']}" for each in error.errors(include_input=False))


def processes_get_addresses(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Yield where a default that fits one machine alone would hold."""
    for pod in pods(manifests):
        if pod.component != "test" and not _variables(pod).get("LEALTAD_KAFKA_BOOTSTRAP"):
            yield f"{pod.name} does not know where Kafka is"


def processes_of_a_service_agree(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Yield settings that differ among the processes of a service, but for those of one process alone."""
    own = {"LEALTAD_INSTANCE", "LEALTAD_HTTP_ROOT_PATH"}
    first: dict[tuple[str, str], Any] = {}
    for pod in pods(manifests):
        if pod.component in {"test", "topics"}:
            continue
        for variable, source in _variables(pod).items():
            known = first.setdefault((pod.labels["app.kubernetes.io/name"], variable), source)
            if variable not in own and known != source:
                yield f"{pod.name}: {variable} differs from another process of its service"


def secrets_come_by_reference(manifests: Sequence[Manifest]) -> Iterator[str]:
    for pod in pods(manifests):
        for variable, source in _variables(pod).items():
            if SECRET.search(variable) and isinstance(source, str) and not REFERENCE.search(source):
                yield f"{pod.name}: {variable} stands in plain text"
    for manifest in of_kind(manifests, "Secret"):
        yield f"the chart makes the Secret {manifest['metadata']['name']}"


def variables_are_there_once_and_before_they_are_used(manifests: Sequence[Manifest]) -> Iterator[str]:
    for pod in pods(manifests):
        seen: set[str] = set()
        for each in pod.containers[0].get("env", []):
            if each["name"] in seen:
                yield f"{pod.name}: {each['name']} is there twice"
            missing = set(REFERENCE.findall(each.get("value", ""))) - seen
            if missing:
                yield f"{pod.name}: {each['name']} uses {sorted(missing)} before it is there"
            seen.add(each["name"])


def commands_exist(manifests: Sequence[Manifest]) -> Iterator[str]:
    for pod in pods(manifests):
        service = next((each for each in SERVICES if each.name == pod.labels["app.kubernetes.io/name"]), None)
        if service and pod.containers[0]["args"][0] not in commands_of(service):
            yield f"{pod.name}: {service.name} has no command {pod.containers[0]['args'][0]}"


def _variables(pod: Pod) -> dict[str, Any]:
    """Return the value or the source of each variable."""
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in pod.containers[0].get("env", [])}


def _value(pod: Pod, source: str | Mapping[str, Any]) -> str:
    """Return a value as a process could find it."""
    if isinstance(source, str):
        return REFERENCE.sub("x", source)
    if source == {"fieldRef": {"fieldPath": "metadata.name"}}:
        return pod.owner["metadata"]["name"] + LONGEST_ORDINAL
    return "a-value-from-a-secret-of-32-characters"


RULES = (
    processes_get_valid_settings,
    processes_get_addresses,
    processes_of_a_service_agree,
    secrets_come_by_reference,
    variables_are_there_once_and_before_they_are_used,
    commands_exist,
)
