"""The registered services, whose APIs keep one contract."""

from types import SimpleNamespace
from typing import Any, cast

from lealtad import registry
from lealtad.app import Service
from lealtad.app.api import create_api
from lealtad.app.runtime import Runtime
from lealtad.observability.health import Health
from lealtad.testing.postgres import settings_for

SERVICES = tuple(each.load() for each in registry.services())


def document_of(service: Service) -> dict[str, Any]:
    """Return the OpenAPI document of a service, made without a database."""
    settings = settings_for(service, "postgresql://nowhere")
    runtime = SimpleNamespace(service=service, settings=settings, health=Health(), database=None, clock=None)
    return create_api(cast("Runtime", runtime)).openapi()
