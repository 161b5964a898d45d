"""Rules: pods are confined, have limits, and end in time."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .manifests import Manifest, Pod, pods, service_of

MARGIN_S = 5
"""Seconds that a process has to close its connections after the work in hand."""
UNITS = {"": 1, "m": 0.001, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "k": 10**3, "M": 10**6, "G": 10**9}


def pods_are_restricted(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Yield where a pod breaks the standard `restricted` of Pod Security, or can write to its root."""
    for pod in pods(manifests):
        context = pod.spec.get("securityContext", {})
        if not context.get("runAsNonRoot") or context.get("runAsUser", 1) == 0:
            yield f"{pod.name} may run as root"
        if context.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{pod.name} has no seccomp profile"
        if pod.spec.get("automountServiceAccountToken") is not False:
            yield f"{pod.name} mounts a token of Kubernetes"
        if any(pod.spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")):
            yield f"{pod.name} shares a name space of its node"
        if any("hostPath" in volume for volume in pod.spec.get("volumes", [])):
            yield f"{pod.name} mounts a folder of its node"
        for container in pod.containers:
            if container.get("securityContext") != {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }:
                yield f"{pod.name} is not confined"


def containers_have_requests_and_limits(manifests: Sequence[Manifest]) -> Iterator[str]:
    for pod in pods(manifests):
        for container in pod.containers:
            resources = container.get("resources", {})
            for what in ("cpu", "memory"):
                request, limit = (resources.get(kind, {}).get(what) for kind in ("requests", "limits"))
                if request is None or limit is None:
                    yield f"{pod.name} lacks a request or a limit of {what}"
                elif _amount(request) > _amount(limit):
                    yield f"{pod.name} requests more {what} than its limit"


def mounts_have_volumes(manifests: Sequence[Manifest]) -> Iterator[str]:
    for pod in pods(manifests):
        volumes = {volume["name"] for volume in pod.spec.get("volumes", [])}
        for container in pod.containers:
            mounts = {mount["name"]: mount["mountPath"] for mount in container.get("volumeMounts", [])}
            if set(mounts) != volumes:
                yield f"{pod.name} has the volumes {sorted(volumes)} and mounts {sorted(mounts)}"
            if mounts.get("tmp") != "/tmp":  # noqa: S108 - the folder that Python's tempfile takes
                yield f"{pod.name} can write nowhere"


def kubernetes_adds_no_variables(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Yield where Kubernetes would add `LEALTAD_…_PORT` for each Service, which a process takes for a setting."""
    for pod in pods(manifests):
        if pod.spec.get("enableServiceLinks") is not False:
            yield f"{pod.name} gets variables for each Service"


def processes_have_time_to_end(manifests: Sequence[Manifest]) -> Iterator[str]:
    for pod in pods(manifests):
        if pod.component not in {"api", "worker"}:
            continue
        container = pod.containers[0]
        wait = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        if pod.component == "api" and not wait:
            yield f"{pod.name} stops listening before proxies know"
        shutdown = next(float(each["value"]) for each in container["env"] if each["name"] == "LEALTAD_SHUTDOWN_S")
        if pod.spec["terminationGracePeriodSeconds"] < wait + shutdown + MARGIN_S:
            yield f"{pod.name} is killed before it can end"


def images_fit_their_programs(manifests: Sequence[Manifest]) -> Iterator[str]:
    for pod in pods(manifests):
        container = pod.containers[0]
        package = service_of(pod).replace("-", "_")
        if not re.fullmatch(r"([a-z0-9.:-]+/)?lealtad/[a-z-]+:[A-Za-z0-9._-]+", container["image"]):
            yield f"{pod.name}: {container['image']} is no name of an image with a tag"
        if pod.component in {"topics", "test"}:
            continue
        if container["command"] != ["python", "-m", package] or container["args"] != [pod.component]:
            yield f"{pod.name} runs {container['command']} {container['args']} in the image of {package}"
        if service_of(pod) != pod.labels["app.kubernetes.io/name"]:
            yield f"{pod.name} runs the image of {service_of(pod)}"


def workers_stop_and_start_one_by_one(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Yield where two workers could have one slot, or an API could be away during an upgrade."""
    for pod in pods(manifests):
        if pod.component == "worker" and not _is_slot(pod):
            yield f"{pod.name} has no stable slot of its own"
        if pod.component == "api" and pod.owner["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] != 0:
            yield f"{pod.name} may be away during an upgrade"


def _is_slot(pod: Pod) -> bool:
    sources = {each["name"]: each.get("valueFrom") for each in pod.containers[0]["env"]}
    by_name: Mapping[str, Any] = {"fieldRef": {"fieldPath": "metadata.name"}}
    return pod.owner["kind"] == "StatefulSet" and sources.get("LEALTAD_INSTANCE") == by_name


def _amount(text: str | int) -> float:
    found = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", str(text))
    assert found, text
    return float(found[1]) * UNITS[found[2]]


RULES = (
    pods_are_restricted,
    containers_have_requests_and_limits,
    mounts_have_volumes,
    kubernetes_adds_no_variables,
    processes_have_time_to_end,
    images_fit_their_programs,
    workers_stop_and_start_one_by_one,
)
