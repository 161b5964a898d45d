"""The paths whose bodies may be larger are exactly those whose reader checks each item."""

import pytest
from fastapi.routing import APIRoute

from lealtad.app import Service

from .services import SERVICES


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_declares_the_paths_of_its_batches(service: Service):
    routes = [each for router in service.http.routers for each in router.routes if isinstance(each, APIRoute)]
    read_by_item = {route.path for route in routes if type(route).__name__ == "BatchRoute"}

    assert set(service.http.batch_paths) == read_by_item


def test_batches_exist():
    assert {path for service in SERVICES for path in service.http.batch_paths} == {
        "/v1/batches",
        "/v1/customer-batches",
    }
