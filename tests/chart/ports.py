"""Rules: every port and path that is asked for is served."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

from fastapi.routing import APIRoute

from lealtad.observability.health import Health
from lealtad.observability.routes import health_routes

from .manifests import Manifest, Pod, chosen, find, name_of, of_kind, pods

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
PATHS = {cast("APIRoute", route).path for route in health_routes(Health()).routes}
"""Paths without a token, which every process serves."""


def services_lead_to_ports_of_their_pods(manifests: Sequence[Manifest]) -> Iterator[str]:
    for service in of_kind(manifests, "Service"):
        for pod in chosen(manifests, {"matchLabels": service["spec"]["selector"]}):
            for port in service["spec"]["ports"]:
                if port["targetPort"] not in pod.ports:
                    yield f"{name_of(service)} leads to port {port['targetPort']}, which {pod.name} does not have"


def processes_listen_at_the_ports_of_their_container(manifests: Sequence[Manifest]) -> Iterator[str]:
    for pod in pods(manifests):
        for container in pod.containers:
            variables = {each["name"]: each.get("value") for each in container.get("env", [])}
            for port in container.get("ports", []):
                if variables.get("LEALTAD_PORT") != str(port["containerPort"]):
                    yield f"{pod.name} listens at {variables.get('LEALTAD_PORT')}, not at {port['containerPort']}"
                if variables.get("LEALTAD_HOST") not in {"0.0.0.0", "::"}:  # noqa: S104 - the pod's own network
                    yield f"{pod.name} cannot be reached from outside the pod"


def processes_that_serve_have_all_probes(manifests: Sequence[Manifest]) -> Iterator[str]:
    for pod in pods(manifests):
        for container in pod.containers:
            if container.get("ports"):
                yield from (f"{pod.name} has no {probe}" for probe in PROBES if probe not in container)
            for probe in PROBES:
                if probe in container:
                    yield from _probe_failures(pod, probe, container[probe])


def _probe_failures(pod: Pod, probe: str, asked: Mapping[str, Any]) -> Iterator[str]:
    path, port = asked["httpGet"]["path"], asked["httpGet"]["port"]
    expected = "/health/ready" if probe == "readinessProbe" else "/health/live"
    if path != expected or path not in PATHS:
        yield f"{pod.name}: {probe} asks for {path}, not for {expected}"
    if port not in pod.ports:
        yield f"{pod.name}: {probe} asks port {port}, which is not there"
    if asked["timeoutSeconds"] <= Health()._check_timeout_s:
        yield f"{pod.name}: {probe} does not wait for the checks"


def metrics_are_read_where_they_are(manifests: Sequence[Manifest]) -> Iterator[str]:
    for monitor in of_kind(manifests, "ServiceMonitor"):
        for endpoint in monitor["spec"]["endpoints"]:
            if endpoint["path"] not in PATHS:
                yield f"{name_of(monitor)} asks for {endpoint['path']}"


def outside_paths_lead_to_ports_of_services(manifests: Sequence[Manifest]) -> Iterator[str]:
    for ingress in of_kind(manifests, "Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                yield from _backend_failures(manifests, ingress, path["path"], backend["name"], backend["port"])
    for route in of_kind(manifests, "HTTPRoute"):
        for rule in route["spec"]["rules"]:
            for match in rule["matches"]:
                for backend in rule["backendRefs"]:
                    port = {"number": backend["port"]}
                    yield from _backend_failures(manifests, route, match["path"]["value"], backend["name"], port)


def _backend_failures(
    manifests: Sequence[Manifest], source: Manifest, path: str, name: str, port: Mapping[str, Any]
) -> Iterator[str]:
    service = find(manifests, "Service", name)
    if service is None:
        yield f"{name_of(source)} leads to the Service {name}, which is not there"
        return
    if not any(port in ({"name": each["name"]}, {"number": each["port"]}) for each in service["spec"]["ports"]):
        yield f"{name_of(source)} leads to port {port} of {name}, which is not there"
    (pod,) = chosen(manifests, {"matchLabels": service["spec"]["selector"]})
    variables = {each["name"]: each.get("value") for each in pod.containers[0]["env"]}
    root = variables.get("LEALTAD_HTTP_ROOT_PATH")
    if not root or not path.startswith(root + "/"):
        yield f"{name_of(source)} sends {path} to {name}, whose root path is {root}"


def the_test_asks_each_api(manifests: Sequence[Manifest]) -> Iterator[str]:
    (test,) = (pod for pod in pods(manifests) if pod.component == "test")
    asked = [urlsplit(address) for address in test.containers[0]["args"]]
    apis = {each["metadata"]["name"] for each in of_kind(manifests, "Deployment")}
    if {address.hostname for address in asked} != apis:
        yield f"{test.name} does not ask exactly the APIs"
    for address in asked:
        service = find(manifests, "Service", str(address.hostname))
        port = address.port or 80
        if service and port not in {each["port"] for each in service["spec"]["ports"]}:
            yield f"{test.name} asks port {port} of {address.hostname}, which is not there"
        if address.path != "/health/ready":
            yield f"{test.name} asks for {address.path}"


RULES = (
    services_lead_to_ports_of_their_pods,
    processes_listen_at_the_ports_of_their_container,
    processes_that_serve_have_all_probes,
    metrics_are_read_where_they_are,
    outside_paths_lead_to_ports_of_services,
    the_test_asks_each_api,
)
