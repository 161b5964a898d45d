"""Of whatever a caller may send, every time is a Timestamp and every key that travels is guarded."""

import types
import typing
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import AfterValidator, AwareDatetime, BaseModel, FutureDatetime, NaiveDatetime, PastDatetime

from lealtad.app import Service
from lealtad.http import fields, keys

from .services import SERVICES
from .unguarded import EVERYWHERE, UNGUARDED

TIMES = (datetime, AwareDatetime, NaiveDatetime, PastDatetime, FutureDatetime)


class Leaf(NamedTuple):
    """A value of a request that holds no others."""

    place: str
    kind: type
    metadata: tuple[Any, ...]

    def checked_by(self, module: types.ModuleType) -> bool:
        """Whether a validator of `module` looks at it."""
        validators = [each.func for each in self.metadata if isinstance(each, AfterValidator)]
        return any(validator.__module__ == module.__name__ for validator in validators)


def sent_to(service: Service) -> Iterator[Leaf]:
    """Yield what the service's routes take in bodies, paths and queries."""
    for router in service.routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield from taken_by(route.dependant, route.endpoint.__name__)


def taken_by(dependant: Dependant, name: str) -> Iterator[Leaf]:
    for field in (*dependant.body_params, *dependant.path_params, *dependant.query_params):
        info = field.field_info
        yield from leaves(f"{name}.{field.name}", info.annotation, tuple(info.metadata), frozenset())
    for below in dependant.dependencies:
        yield from taken_by(below, name)


def leaves(place: str, annotation: Any, metadata: tuple[Any, ...], seen: frozenset[type]) -> Iterator[Leaf]:
    if typing.get_origin(annotation) is typing.Annotated:
        inner, *more = typing.get_args(annotation)
        yield from leaves(place, inner, (*metadata, *metadata_of(more)), seen)
    elif arguments := typing.get_args(annotation):
        if typing.get_origin(annotation) is not typing.Literal:
            for argument in arguments:
                yield from leaves(place, argument, metadata, seen)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in seen:
            for name, field in annotation.model_fields.items():
                within = f"{annotation.__name__}.{name}"
                yield from leaves(within, field.annotation, tuple(field.metadata), seen | {annotation})
    elif isinstance(annotation, type) and not issubclass(annotation, Enum):
        yield Leaf(place, annotation, metadata)


def metadata_of(extras: list[Any]) -> Iterator[Any]:
    for extra in extras:
        yield from extra.metadata if hasattr(extra, "metadata") else [extra]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_time_that_can_be_sent_is_a_timestamp(service: Service):
    times = [leaf for leaf in sent_to(service) if issubclass(leaf.kind, TIMES)]

    assert [leaf.place for leaf in times if not leaf.checked_by(fields)] == []


def test_times_are_found():
    places = {leaf.place for service in SERVICES for leaf in sent_to(service) if issubclass(leaf.kind, TIMES)}

    assert {"NewConsent.expires_at", "NewContract.ends_at", "FactFilters.since", "list_cases.due_before"} <= places


def test_every_text_that_can_be_sent_is_a_guarded_key_or_says_why_it_is_none():
    texts = {leaf.place: leaf for service in SERVICES for leaf in sent_to(service) if issubclass(leaf.kind, str)}
    guarded = {place for place, leaf in texts.items() if leaf.checked_by(keys)}

    assert {
        "NewFactSource.fact_id",
        "NewLine.sku",
        "ExternalId.external_id",
        "NewCase.product_line",
        "NewCustomer.region",
    } <= guarded
    unguarded = {place for place in texts.keys() - guarded if place.rpartition(".")[2] not in EVERYWHERE}
    assert unguarded == UNGUARDED.keys()
