"""Whatever may be sent is read strictly: scalars in one form, times as Timestamp, travelling keys guarded."""

import types
import typing
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    FutureDatetime,
    NaiveDatetime,
    PastDatetime,
    Strict,
    TypeAdapter,
    ValidationError,
)

from lealtad.app import Service
from lealtad.app.operations import operations_router
from lealtad.distinct import EachOnce
from lealtad.http import fields, keys
from lealtad.http.model_members import members_at

from .services import SERVICES
from .unguarded import EVERYWHERE, UNGUARDED

IN_BODIES: dict[type, list[Any]] = {
    int: ["5", True, 5.5, " 5", None],
    bool: ["yes", "true", 1, 0, "0"],
    float: ["1.5", True, "nan"],
    Decimal: [True, "1_000", " 12 ", "+5", ".5", "1e3", "\uff11\uff12", "NaN"],
    date: [0, "0", 86_400, 1.5, "2011-03-01T00:00:00", "20110301", "\uff12011-03-01"],
    time: [0, "0", 3600, "08:00Z", "08:00+01:00", "8:00", "08", "24:00"],
    UUID: ["0" * 32, "{00000000-0000-0000-0000-000000000000}", "urn:uuid:00000000-0000-0000-0000-000000000000"],
}
"""For each kind of scalar: JSON values that pydantic alone would read as one, and that its schema does not allow."""
IN_ADDRESSES: dict[type, list[Any]] = {
    int: ["5.0", "1_0", " 5", "+5", "\uff15", ""],
    bool: ["yes", "1", "on", "True", "t", ""],
    **{kind: IN_BODIES[kind] for kind in (date, time, UUID)},
    **{kind: ["", "1"] for kind in (float, Decimal)},
}
"""The same for texts in paths and queries. No address has decimals yet: one that comes needs a type for addresses."""
TIMES = (datetime, AwareDatetime, NaiveDatetime, PastDatetime, FutureDatetime)


class Leaf(NamedTuple):
    """A value of a request that holds no others."""

    place: str
    kind: type
    metadata: tuple[Any, ...]
    in_address: bool

    def takes(self, value: Any) -> bool:
        """Whether its validators let `value` pass; its bounds are left out."""
        validators = [each for each in self.metadata if isinstance(each, BeforeValidator | AfterValidator | Strict)]
        field: Any = self.kind
        for validator in validators:
            field = Annotated[field, validator]
        try:
            TypeAdapter(field).validate_python(value)
        except ValidationError:
            return False
        return True

    def checked_by(self, module: types.ModuleType) -> bool:
        """Whether a validator of `module` looks at it."""
        validators = [each.func for each in self.metadata if isinstance(each, AfterValidator)]
        return any(validator.__module__ == module.__name__ for validator in validators)


def sent_to(service: Service) -> Iterator[Leaf]:
    """Yield what the service's routes take in bodies, paths and queries."""
    for router in (*service.http.routers, operations_router(service.name, journal_days=1)):
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield from taken_by(route.dependant, route.endpoint.__name__)


def taken_by(dependant: Dependant, name: str) -> Iterator[Leaf]:
    for in_address, sent in (
        (False, dependant.body_params),
        (True, [*dependant.path_params, *dependant.query_params]),
    ):
        for field in sent:
            info = field.field_info
            for leaf in leaves(f"{name}.{field.name}", info.annotation, tuple(info.metadata), frozenset()):
                yield leaf._replace(in_address=in_address)
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
        yield Leaf(place, annotation, metadata, in_address=False)


def metadata_of(extras: list[Any]) -> Iterator[Any]:
    for extra in extras:
        yield from extra.metadata if hasattr(extra, "metadata") else [extra]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_scalar_that_can_be_sent_has_the_one_form_of_its_schema(service: Service):
    lax = [
        (leaf.place, value)
        for leaf in sent_to(service)
        for kind, values in (IN_ADDRESSES if leaf.in_address else IN_BODIES).items()
        if leaf.kind is kind
        for value in values
        if leaf.takes(value)
    ]

    assert lax == []


def test_scalars_are_found_where_they_are_deep_within_a_document():
    places = {(leaf.place, leaf.kind) for service in SERVICES for leaf in sent_to(service)}

    assert {
        ("NewCustomer.birth_date", date),
        ("OpeningHours.opens", time),
        ("OpeningHours.holidays", date),
        ("Hours.weekdays", int),
        ("Situation.weights", Decimal),
        ("Evidence.cap", float),
        ("ActivityCondition.within_days", int),
        ("AttributeCondition.value", bool),
        ("list_cases.is_open", bool),
        ("replay_dead_letter.dead_letter_id", UUID),
    } <= places


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


def models_sent_to(service: Service) -> Iterator[type[BaseModel]]:
    """Yield the models in the bodies that the service's routes take, each with those inside it."""
    for router in service.http.routers:
        for route in router.routes:
            for field in route.dependant.body_params if isinstance(route, APIRoute) else ():
                yield from models_in(field.field_info.annotation, frozenset())


def models_in(annotation: Any, seen: frozenset[type]) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in seen:
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation, seen | {annotation})
    for argument in typing.get_args(annotation):
        yield from models_in(argument, seen)


def is_set(annotation: Any) -> bool:
    return typing.get_origin(annotation) in {set, frozenset} or any(map(is_set, typing.get_args(annotation)))


def test_every_set_that_can_be_sent_refuses_an_item_that_stands_twice():
    sets = {
        f"{model.__name__}.{name}": field
        for service in SERVICES
        for model in models_sent_to(service)
        for name, field in model.model_fields.items()
        if is_set(field.annotation)
    }

    assert {"Audience.tiers", "Hours.weekdays", "OpeningHours.holidays"} <= sets.keys()
    assert [place for place, field in sets.items() if EachOnce not in field.metadata] == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_members_of_every_model_that_can_be_sent_are_found(service: Service):
    for router in service.http.routers:
        for route in router.routes:
            for field in route.dependant.body_params if isinstance(route, APIRoute) else ():
                root = field.field_info.annotation
                assert members_at(root, []) or not list(models_in(root, frozenset())), root
