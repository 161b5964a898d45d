"""The objects that the chart renders, and what rules ask of them."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from lealtad_local.helm import helm

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy/kubernetes/lealtad"
EXAMPLES = sorted(
    path
    for path in (ROOT / "deploy/kubernetes/examples").glob("*.yaml")
    if path.stem not in {"strimzi", "cloudnativepg"}
)
NAMESPACE = "lealtad"

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Pod:
    """A pod, or the template of pods, with the object that it belongs to."""

    owner: Manifest
    labels: Mapping[str, str]
    spec: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Kind and name of the owner."""
        return name_of(self.owner)

    @property
    def component(self) -> str:
        return self.labels["app.kubernetes.io/component"]

    @property
    def containers(self) -> Sequence[Mapping[str, Any]]:
        return self.spec["containers"]

    @property
    def ports(self) -> Mapping[str, int]:
        """Port numbers of all containers by name."""
        return {port["name"]: port["containerPort"] for each in self.containers for port in each.get("ports", [])}


def run_helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run helm, and return what it printed."""
    return subprocess.run([helm(), *arguments], capture_output=True, text=True, check=False)  # noqa: S603


@cache
def rendered(*arguments: str) -> str:
    """Return what helm renders; raise AssertionError with its message where it refuses."""
    done = run_helm("template", "lealtad", str(CHART), "--namespace", NAMESPACE, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def manifests_of(*arguments: str) -> tuple[Manifest, ...]:
    """Return the rendered objects: all callers get the same ones."""
    return tuple(each for each in yaml.load_all(rendered(*arguments), yaml.CSafeLoader) if each)


def name_of(manifest: Manifest) -> str:
    """Return kind and name of an object."""
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def of_kind(manifests: Sequence[Manifest], *kinds: str) -> Iterator[Manifest]:
    return (each for each in manifests if each["kind"] in kinds)


def find(manifests: Sequence[Manifest], kind: str, name: str) -> Manifest | None:
    """Return the object of this kind and name, or None."""
    return next((each for each in of_kind(manifests, kind) if each["metadata"]["name"] == name), None)


def named(manifests: Sequence[Manifest], kind: str, name: str) -> Manifest:
    """Return the object of this kind and name; raise StopIteration where there is none."""
    return next(each for each in of_kind(manifests, kind) if each["metadata"]["name"] == name)


def pods(manifests: Sequence[Manifest]) -> Iterator[Pod]:
    """Return all pods and templates of pods."""
    for manifest in manifests:
        match manifest["kind"]:
            case "Pod":
                yield Pod(manifest, manifest["metadata"]["labels"], manifest["spec"])
            case "Deployment" | "StatefulSet" | "Job":
                yield _of_template(manifest, manifest["spec"]["template"])
            case "CronJob":
                yield _of_template(manifest, manifest["spec"]["jobTemplate"]["spec"]["template"])


def _of_template(owner: Manifest, template: Mapping[str, Any]) -> Pod:
    return Pod(owner, template["metadata"]["labels"], template["spec"])


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector chooses these labels; only the operator `In` is known."""
    assert all(each["operator"] == "In" for each in selector.get("matchExpressions", []))
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", [])
    )


def chosen(manifests: Sequence[Manifest], selector: Mapping[str, Any]) -> list[Pod]:
    """Return the pods that a label selector chooses."""
    return [pod for pod in pods(manifests) if matches(selector, pod.labels)]


def service_of(pod: Pod) -> str:
    """Return the service whose image a pod runs."""
    image: str = pod.containers[0]["image"]
    return image.rpartition("/")[2].partition(":")[0]
