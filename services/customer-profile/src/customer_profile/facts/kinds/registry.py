"""Registry of the kinds of facts: the modules of this package that hold descriptors."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from importlib import import_module
from itertools import chain
from operator import or_
from pkgutil import iter_modules
from typing import Annotated, Any

from pydantic import Field

from customer_profile.facts import kinds as package
from customer_profile.facts.kinds.descriptor import FactKind, ViewPart
from customer_profile.facts.kinds.totals import Total
from lealtad.events.catalog.customer_profile import Fact

AnyKind = FactKind[Any]


class FactKinds:
    """The kinds of facts that one service takes in."""

    def __init__(self, kinds: Sequence[AnyKind]) -> None:
        self._by_name: Mapping[str, AnyKind] = _unique({kind.name: kind for kind in kinds}, len(kinds))
        events = [(event, kind) for kind in kinds for event in kind.events]
        self._by_event: Mapping[type[Fact], AnyKind] = _unique(dict(events), len(events))
        totals = [total for kind in kinds for total in kind.totals]
        self.totals: Mapping[str, Total] = _unique({total.name: total for total in totals}, len(totals))
        parts = [(kind.plural, (kind, kind.part)) for kind in kinds if kind.part]
        self.parts: Mapping[str, tuple[AnyKind, ViewPart]] = _unique(dict(parts), len(parts))
        """The parts of the 360 view, each with its kind, by name."""

    def __iter__(self) -> Iterator[AnyKind]:
        return iter(self._by_name.values())

    def with_name(self, name: str) -> AnyKind:
        """Return the kind with this name; requests name no other."""
        return self._by_name[name]

    def of_event(self, event: Fact) -> AnyKind:
        """Return the kind whose facts become such events."""
        return self._by_event[type(event)]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all kinds."""
        return tuple(self._by_name)

    def any_request(self) -> Any:
        """Return the type of a request of any kind, told apart by `type`."""
        return Annotated[reduce(or_, (kind.request for kind in self)), Field(discriminator="type")]


def _unique(items: Mapping[Any, Any], expected: int) -> Any:
    if len(items) < expected:
        raise ValueError("two kinds of facts have the same name, event, total or part")
    return items


def _descriptors() -> Iterator[AnyKind]:
    modules = (import_module(f"{package.__name__}.{module.name}") for module in iter_modules(package.__path__))
    return chain.from_iterable(
        (value for value in vars(module).values() if isinstance(value, FactKind)) for module in modules
    )


KINDS = FactKinds(list(_descriptors()))
