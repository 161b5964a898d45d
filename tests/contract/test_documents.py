"""The OpenAPI documents are fit for generated clients: one name for each operation and each model."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from lealtad.app import Service

from .services import SERVICES, document_of

METHODS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture(params=SERVICES, ids=lambda service: service.name)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    service: Service = request.param
    return document_of(service)


def operations_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from (item[method] for method in METHODS & item.keys())


def test_operations_have_short_names_of_their_own(document):
    names = Counter(operation["operationId"] for operation in operations_of(document))

    assert [name for name, times in names.items() if times > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+){0,5}", name)] == []


def test_operations_say_what_they_do_in_a_title_and_a_sentence(document):
    lacking = [
        operation["operationId"]
        for operation in operations_of(document)
        if not operation.get("summary") or not operation.get("description", "").partition("\n")[0].endswith(".")
    ]

    assert lacking == []


def test_each_model_has_one_schema_and_one_title(document):
    schemas = document["components"]["schemas"]
    titles = Counter(schema.get("title", name) for name, schema in schemas.items())

    assert [title for title, times in titles.items() if times > 1] == []
    assert [name for name in schemas if name.endswith(("-Input", "-Output"))] == []


def test_every_answer_has_a_model(document):
    lacking = [
        f"{operation['operationId']} {status}"
        for operation in operations_of(document)
        for status, response in operation["responses"].items()
        for content in response.get("content", {}).values()
        if status.startswith("2") and content.get("schema", {"none": True}) == {}
    ]

    assert lacking == []
