import jsonschema
import pytest

from lealtad.http import ProblemDocument, SafeValueError
from lealtad.http.validation_errors import invalid_fields

CLEAN = {"name": "lamp", "amount": 1}


async def test_every_wrong_value_is_pointed_at_with_a_hint_and_not_repeated(client):
    answer = await client.post("/v1/things", json={"name": "Ana Ruiz lives in Bogota", "amount": -5})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert [(error["pointer"], error["hint"]) for error in problem["errors"]] == [
        ("/name", "at most 20 long"),
        ("/amount", "at least 0"),
    ]
    assert "Ana" not in answer.text
    jsonschema.validate(problem, ProblemDocument.model_json_schema())


async def test_a_problem_can_be_found_in_the_logs_by_its_instance(client):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    answer = await client.get("/v1/nothing", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})

    assert answer.json()["instance"] == f"urn:trace:{trace}"
    assert answer.headers["x-trace-id"] == trace


@pytest.mark.parametrize("body", [b"{", b"", b"[1,", b"\xff\xfe"])
async def test_a_body_that_is_not_json_is_refused_with_the_place(client, body):
    answer = await client.post("/v1/things", content=body, headers={"content-type": "application/json"})

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "text/plain", None])
async def test_a_body_that_is_not_said_to_be_json_is_refused_with_what_to_say(client, media_type):
    headers = {} if media_type is None else {"content-type": media_type}

    answer = await client.post("/v1/things", content=b'{"name": "lamp", "amount": 1}', headers=headers)

    assert (answer.status_code, answer.json()["type"]) == (415, "urn:lealtad:problem:unsupported-media-type")
    assert "Content-Type: application/json" in answer.json()["detail"]


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "application/merge-patch+json"])
async def test_every_media_type_of_json_is_read(shelf, media_type):
    content = b'{"name": "lamp", "amount": 1}'

    assert (await shelf.client.post("/v1/things", content=content, headers={"content-type": media_type})).is_success


async def test_routes_that_do_not_exist_are_problems_too(client):
    missing, method = await client.get("/v2/things"), await client.delete("/v1/things")

    assert (missing.status_code, missing.json()["type"]) == (404, "urn:lealtad:problem:not-found")
    assert (method.status_code, method.json()["type"]) == (405, "urn:lealtad:problem:method-not-allowed")
    assert method.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/things/"),
        ("GET", "/v1/nothing"),
        ("POST", "/v1/things"),
        ("GET", "/v1/broken"),
        ("GET", "/health/live"),
        ("GET", "/openapi.json"),
    ],
)
async def test_no_answer_is_stored_on_its_way_or_taken_for_another_type(client, method, path):
    answer = await client.request(method, path)

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/v1/things/", "/health/live/", "/metrics/"])
async def test_nobody_is_sent_where_the_host_header_says(client, path):
    answer = await client.get(path, headers={"Host": "evil.example"}, follow_redirects=False)

    assert answer.status_code == 404
    assert "evil" not in str(answer.headers) + answer.text


async def test_a_failure_of_ours_tells_nothing_of_the_inside_but_where_to_find_it(client):
    answer = await client.get("/v1/broken")

    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.json()["instance"] == f"urn:trace:{answer.headers['x-trace-id']}"


async def test_a_large_body_is_refused_before_it_is_read(client):
    answer = await client.post("/v1/things", json=CLEAN | {"name": "x" * 3000})

    assert answer.status_code == 413
    assert answer.json()["limit_bytes"] == 2048


async def test_a_large_body_of_unknown_length_is_refused_while_it_arrives(client):
    async def endless():
        while True:
            yield b" " * 1024

    answer = await client.post("/v1/things", content=endless(), headers={"content-type": "application/json"})

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_batches_may_be_larger(shelf):
    many = [CLEAN] * 100

    assert (await shelf.client.post("/v1/batches", json=many)).status_code == 200
    assert (await shelf.client.post("/v1/batches", json=many * 4)).status_code == 413


@pytest.mark.parametrize("cursor", ["nonsense", "", "e30", "W10"])
async def test_a_bad_cursor_is_a_problem(shelf, cursor):
    answer = await shelf.client.get("/v1/things", params={"cursor": cursor})

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:lealtad:problem:invalid-cursor")


@pytest.mark.parametrize("limit", [0, 1001, -1, "many"])
async def test_a_page_has_one_to_a_thousand_items(client, limit):
    answer = await client.get("/v1/things", params={"limit": limit})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "limit"


def test_what_a_validator_says_is_shown_only_if_it_repeats_nothing():
    def failure(error):
        return {
            "type": "value_error",
            "loc": ("body", "a/b", 0),
            "msg": f"Value error, {error}",
            "ctx": {"error": error},
        }

    shown = invalid_fields([failure(SafeValueError("is after its end")), failure(ValueError("Ana is too old"))])

    assert [field.message for field in shown] == ["is after its end", "is not acceptable"]
    assert shown[0].pointer == "/a~1b/0"


def test_a_pointer_leads_to_a_place_of_what_was_sent_whatever_kind_it_was_read_as():
    def pointer(kind, *location):
        body = {"rule": {"kind": "and", "rules": [{"kind": "since"}, 7]}}
        failure = {"type": kind, "loc": ("body", *location), "msg": "is wrong"}
        return invalid_fields([failure], body)[0].pointer

    assert pointer("missing", "rule", "and", "rules", 0, "since", "days") == "/rule/rules/0/days"
    assert pointer("int_type", "rule", "and", "rules", 0, "since", "kind") == "/rule/rules/0/kind"
    assert pointer("model_type", "rule", "and", "rules", 1, "since") == "/rule/rules/1"
    assert pointer("missing", "name") == "/name"
    assert pointer("dict_type") == ""


async def test_the_openapi_document_says_how_every_route_may_fail(client):
    document = (await client.get("/openapi.json")).json()
    responses = document["paths"]["/v1/things/{name}"]["patch"]["responses"]

    documented = {"200", "400", "401", "403", "404", "408", "409", "412", "413", "415", "422", "428", "500", "503"}
    assert documented == set(responses)
    for status, response in responses.items():
        if status != "200":
            assert response["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
            }
    assert "InvalidField" in document["components"]["schemas"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_the_openapi_document_names_the_scope_and_the_headers_of_a_route(client):
    document = (await client.get("/openapi.json")).json()
    entering, changing = document["paths"]["/v1/things"]["post"], document["paths"]["/v1/things/{name}"]["patch"]

    assert entering["security"] == [{"bearer": ["facts:write"]}]
    assert _headers_of(entering) == {"idempotency-key": False}
    assert _headers_of(changing) == {"idempotency-key": False, "if-match": True}
    assert "HealthReport" in str(document["paths"]["/health/ready"]["get"]["responses"]["503"])


def _headers_of(operation):
    parameters = [parameter for parameter in operation["parameters"] if parameter["in"] == "header"]
    assert "x-required" not in str(parameters)
    return {parameter["name"]: parameter["required"] for parameter in parameters}


async def test_requests_are_counted_by_route_template(client):
    await client.get("/v1/things/secret-name")
    await client.patch("/v1/things/secret-name", json=CLEAN, headers={"Authorization": ""})
    await client.get("/wp-admin")

    shown = (await client.get("/metrics")).text

    assert 'http_requests_total{method="PATCH",route="/v1/things/{name}",status="401"}' in shown
    assert 'route="none",status="404"' in shown
    assert "secret-name" not in shown
    assert "wp-admin" not in shown
