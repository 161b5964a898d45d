"""A proxy with one host and a path for each service: the service is found with its path, and without it."""

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from pydantic import ValidationError

from lealtad.http import install_http_defaults
from lealtad.http.openapi import serve_document
from lealtad.observability.metrics import REGISTRY
from lealtad.settings import ProcessSettings

SECRET = "a-secret-of-thirty-two-characters"


@pytest.fixture
async def client():
    app = FastAPI(openapi_url=None, docs_url=None)
    serve_document(app)

    @app.post("/v1/things/{name}")
    async def add(name: str, request: Request) -> Response:
        where = request.scope["raw_path"].decode()
        return Response(f"{name} {where}", headers={"location": f"/v1/things/{name}"}, status_code=201)

    install_http_defaults(app, ProcessSettings(token_secret=SECRET, http_root_path="/crm/campaigns"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://host") as client:
        yield client


@pytest.mark.parametrize("prefix", ["/crm/campaigns", ""])
async def test_a_path_is_served_whether_the_proxy_leaves_the_root_path_or_takes_it_off(client, prefix):
    answer = await client.post(f"{prefix}/v1/things/lamp%20one")

    assert answer.status_code == 201
    assert answer.text == "lamp one /v1/things/lamp%20one"


@pytest.mark.parametrize("prefix", ["/crm/campaigns", ""])
async def test_the_address_of_something_new_leads_back_through_the_proxy(client, prefix):
    answer = await client.post(f"{prefix}/v1/things/lamp")

    assert answer.headers["location"] == "/crm/campaigns/v1/things/lamp"


@pytest.mark.parametrize("path", ["/crm/campaigns-2/v1/things/lamp", "/crm/v1/things/lamp", "/v1/crm/campaigns/v1"])
async def test_another_path_is_not_taken_for_the_root_path(client, path):
    assert (await client.post(path)).status_code == 404


async def test_metrics_name_the_same_route_with_and_without_the_root_path(client):
    labels = {"method": "POST", "route": "/v1/things/{name}", "status": "201"}
    before = REGISTRY.get_sample_value("lealtad_http_requests_total", labels) or 0

    for prefix in ("/crm/campaigns", ""):
        await client.post(f"{prefix}/v1/things/lamp")

    assert REGISTRY.get_sample_value("lealtad_http_requests_total", labels) == before + 2


async def test_the_page_of_the_document_asks_for_the_document_beside_it(client):
    page = (await client.get("/crm/campaigns/docs")).text

    assert "url: 'openapi.json'" in page


@pytest.mark.parametrize("path", ["campaigns", "/campaigns/", "/", "//host", "/a b"])
def test_a_root_path_that_no_address_could_begin_with_is_refused(path):
    with pytest.raises(ValidationError):
        ProcessSettings(token_secret=SECRET, http_root_path=path)
