"""Changes of single objects of a rendered chart."""

from collections.abc import Callable
from typing import Any

from .manifests import Manifest, named

API, WORKER = "crm-lealtad-campaigns-api", "crm-lealtad-campaigns-worker"
REMOVED = object()

Change = Callable[[list[Manifest]], None]


def change(kind: str, name: str, path: str, value: Any = REMOVED) -> Change:
    """Return a function that sets or removes the value at a path of one object.

    `*` is the first item of a list, `~` a slash.
    """

    def apply(manifests: list[Manifest]) -> None:
        target: Any = named(manifests, kind, name)
        *parents, last = (0 if part == "*" else part.replace("~", "/") for part in path.split("/"))
        for parent in parents:
            target = target[parent]
        if value is REMOVED:
            del target[last]
        else:
            target[last] = value

    return apply


def set_variable(kind: str, name: str, variable: str, **value: Any) -> Change:
    """Return a function that adds or replaces a variable of a container; without a value it goes."""

    def apply(manifests: list[Manifest]) -> None:
        target = named(manifests, kind, name)
        (container,) = target["spec"]["template"]["spec"]["containers"]
        others = [each for each in container["env"] if each["name"] != variable]
        container["env"] = [*others, {"name": variable, **value}] if value else others

    return apply


def repeat_variable(manifests: list[Manifest]) -> None:
    environment = named(manifests, "Deployment", API)["spec"]["template"]["spec"]["containers"][0]["env"]
    environment.append(environment[0])


def put_url_first(manifests: list[Manifest]) -> None:
    environment = named(manifests, "Deployment", API)["spec"]["template"]["spec"]["containers"][0]["env"]
    environment.sort(key=lambda each: each["name"] != "LEALTAD_DATABASE_URL")


def remove(kind: str, name: str) -> Change:
    def apply(manifests: list[Manifest]) -> None:
        manifests.remove(named(manifests, kind, name))

    return apply


def add(manifest: Manifest) -> Change:
    return lambda manifests: manifests.append(manifest)
