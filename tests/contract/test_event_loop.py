"""Nothing that a request needs is run in a thread: to hand it over costs more than any of it."""

from collections.abc import Iterator
from inspect import iscoroutinefunction
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from lealtad.app import Service
from lealtad.app.operations import operations_router

from .services import SERVICES


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_routes_and_what_they_depend_on_run_in_the_event_loop(service: Service):
    calls = [call for route in routes_of(service) for call in calls_of(route.dependant)]

    assert len(calls) > 20
    assert [call for call in calls if not is_async(call)] == []


def routes_of(service: Service) -> Iterator[APIRoute]:
    for router in (*service.http.routers, operations_router(service.name, journal_days=30)):
        yield from (route for route in router.routes if isinstance(route, APIRoute))


def calls_of(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for below in dependant.dependencies:
        yield from calls_of(below)


def is_async(call: Any) -> bool:
    return iscoroutinefunction(call) or iscoroutinefunction(type(call).__call__)
