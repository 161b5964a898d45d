"""Whatever a caller sends that the OpenAPI document allows, or does not: the five services answer as they say."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from lealtad.app import Service
from lealtad.http import SCOPES, mint_token
from lealtad.testing.fuzzing import EXAMPLES
from lealtad.testing.postgres import TOKEN_SECRET, TestDatabases, settings_for

from .services import SERVICES

REQUESTS_PER_OPERATION = 12 if EXAMPLES else 3
"""A few in `make test`."""
ABOUT_THE_PROCESS = {"/progress", "/metrics", "/health/live", "/health/ready"}
"""What these answer depends on Kafka, which an API process works without."""
HELD = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]


@asynccontextmanager
async def api_of(service: Service, database_url: str) -> AsyncIterator[str]:
    """Run the service's API as a process of its own, without Kafka."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        service.name.replace("-", "_"),
        "api",
        env={
            **os.environ,
            "LEALTAD_DATABASE_URL": database_url,
            "LEALTAD_TOKEN_SECRET": TOKEN_SECRET,
            "LEALTAD_PORT": str(port),
            "LEALTAD_LOG_LEVEL": "WARNING",
        },
    )
    try:
        await _answers(f"http://127.0.0.1:{port}/health/ready")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        ended_with = await asyncio.wait_for(process.wait(), 20)
    assert ended_with == os.EX_OK, "it did not close what it had open"


@pytest.mark.slow
@pytest.mark.smoke
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_a_service_answers_as_its_document_says(service: Service, databases: TestDatabases):
    url = await databases.create_url(service)
    token = mint_token(settings_for(service, url), "fuzzer", SCOPES)
    async with api_of(service, url) as address:
        await asyncio.to_thread(fuzz, address, {"Authorization": f"Bearer {token}"})


def fuzz(address: str, headers: dict[str, str]) -> None:
    """Send requests to every operation, and hold the answers against the document."""
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    fuzzed = [operation for operation in operations if operation.path not in ABOUT_THE_PROCESS]
    assert fuzzed
    for operation in fuzzed:
        _check(operation, headers)()


def _check(operation: schemathesis.APIOperation, headers: dict[str, str]) -> Callable[[], None]:
    @settings(
        max_examples=REQUESTS_PER_OPERATION,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=HELD, timeout=20)

    return check


async def _answers(url: str) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(60):
        while True:
            try:
                if (await client.get(url)).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
