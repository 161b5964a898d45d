"""The registry of deployables: what a checkout or an installation can run.

A distribution declares `<name> = "<package>.service:SERVICE"` in the entry-point group `lealtad.services`. The local
stack, scripts, checks and documents read the registry, or a test holds them against it. `python -m lealtad.registry`
prints it for scripts, a line each: name, package, distribution, folder, and `stream` or `http`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from lealtad.events.subscriptions import READERS

if TYPE_CHECKING:  # a command that only names services does not wait for their import
    from lealtad.app.service import Service

GROUP = "lealtad.services"


class NothingRegisteredError(RuntimeError):
    """An installation without services: its distributions are not installed, or were before they declared them."""


@dataclass(frozen=True, slots=True)
class Deployable:
    """A program: `python -m <package>`. It is imported by `load` alone."""

    name: str
    package: str
    distribution: str

    @property
    def has_stream(self) -> bool:
        """Whether it has a database and workers. The declared parts say the same; a contract test compares them."""
        return self.name in READERS

    @property
    def folder(self) -> Path:
        """Return its folder in a checkout, with `src`, and `migrations` where it has a database."""
        spec = find_spec(self.package)
        if spec is None or spec.origin is None:
            raise LookupError(f"{self.name} is registered, and its package {self.package} cannot be found")
        return Path(spec.origin).parents[2]

    def load(self) -> Service:
        """Return the declaration of its parts."""
        service: Service = import_module(f"{self.package}.service").SERVICE
        return service


def deployables() -> tuple[Deployable, ...]:
    """Return all deployables: those with a stream in the order of `READERS`, then the others by name.

    Raise NothingRegisteredError where there is none.
    """
    found = {point.name: _deployable(point) for point in entry_points(group=GROUP)}
    if not found:
        raise NothingRegisteredError("no service is installed: run `make setup` once more")
    order = {name: place for place, name in enumerate(READERS)}
    return tuple(sorted(found.values(), key=lambda each: (order.get(each.name, len(order)), each.name)))


def services() -> tuple[Deployable, ...]:
    """Return the deployables with a database and a stream."""
    return tuple(each for each in deployables() if each.has_stream)


def _deployable(point: EntryPoint) -> Deployable:
    package, _, attribute = point.value.partition(".")
    if attribute != "service:SERVICE":
        raise LookupError(f"{GROUP} names {point.value} for {point.name}: write <package>.service:SERVICE")
    return Deployable(point.name, package, point.dist.name if point.dist else "")


def main() -> int:
    """Print the registry."""
    for each in deployables():
        parts = "stream" if each.has_stream else "http"
        sys.stdout.write(f"{each.name}\t{each.package}\t{each.distribution}\t{each.folder}\t{parts}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
