from types import SimpleNamespace

import httpx
import pytest
from starlette.responses import Response
from structlog.testing import capture_logs

from lealtad.observability.http_telemetry import RequestTelemetry


async def logged(route: str, status: int) -> dict:
    """Return the line of the request log about a request to `route` that was answered so."""

    async def app(scope, receive, send):
        scope["route"] = SimpleNamespace(path=route)
        await Response(status_code=status)(scope, receive, send)

    with capture_logs() as lines:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(RequestTelemetry(app))) as client:
            await client.get("http://service/")
    (line,) = lines
    return dict(line)


@pytest.mark.parametrize("route", ["/health/live", "/health/ready", "/metrics", "/progress"])
async def test_what_is_asked_all_the_time_is_logged_only_where_it_fails(route):
    assert (await logged(route, 200))["log_level"] == "debug"
    assert (await logged(route, 503))["log_level"] == "info"


async def test_every_other_request_is_logged_by_its_route_template():
    line = await logged("/v1/customers/{ref}", 200)
    assert line["log_level"] == "info"
    assert line["route"] == "/v1/customers/{ref}"
