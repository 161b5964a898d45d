"""The five services, whose APIs keep one contract."""

from types import SimpleNamespace
from typing import Any, cast

from campaigns.service import SERVICE as CAMPAIGNS
from churn_scoring.service import SERVICE as CHURN_SCORING
from complaints.service import SERVICE as COMPLAINTS
from customer_profile.service import SERVICE as CUSTOMER_PROFILE
from lealtad.app import Service
from lealtad.app.api import create_api
from lealtad.app.runtime import Runtime
from lealtad.observability.health import Health
from lealtad.testing.postgres import settings_for
from segmentation.service import SERVICE as SEGMENTATION

SERVICES = (CUSTOMER_PROFILE, SEGMENTATION, CHURN_SCORING, CAMPAIGNS, COMPLAINTS)


def document_of(service: Service) -> dict[str, Any]:
    """Return the OpenAPI document of a service, made without a database."""
    settings = settings_for(service, "postgresql://nowhere")
    runtime = SimpleNamespace(service=service, settings=settings, health=Health(), database=None, clock=None)
    return create_api(cast("Runtime", runtime)).openapi()
