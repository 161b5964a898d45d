"""Check that a service works under every document that it accepts: put it in force, use the service, find failures."""

import json
import os
from collections.abc import Mapping
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, settings
from sqlalchemy import text

from lealtad.unit_of_work import Database

EXAMPLES = os.environ.get("FUZZ_EXAMPLES")
"""The number of documents that each test tries, always the same ones; a few where it is absent."""

SERVER_ERROR = 500
FAILED = text("""
    SELECT 'dead letter: ' || reason FROM dead_letter
    UNION ALL SELECT type || ': ' || detail FROM journal WHERE outcome = 'dead' OR detail LIKE 'failed, tried again%'
""")
STAMP = ("version", "changed_at", "changed_by")

some_documents = settings(
    max_examples=int(EXAMPLES or 6),
    derandomize=True,
    deadline=None,
    # Shrinking would put hundreds of documents in force, and use the service under each.
    phases=[Phase.generate],
    database=None,
    suppress_health_check=list(HealthCheck),
)
"""Settings of a test that uses a service under every accepted document."""


class Caller:
    """An API client that fails the test at a server error."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def __call__(self, method: str, path: str, **options: Any) -> Any:
        """Send a request; return the JSON of the answer, or None for a refusal."""
        answer = await self._client.request(method, f"/v1/{path}", **options)
        _require(answer.status_code < SERVER_ERROR, (method, path, options, answer.text))
        return answer.json() if answer.is_success else None

    async def shipped(self, path: str) -> dict[str, Any]:
        """Return the first version of the policy at `path`, without its stamp."""
        read = await self("GET", f"{path}/versions/1")
        return {name: value for name, value in read.items() if name not in STAMP}

    async def put(self, path: str, document: Mapping[str, Any], method: str = "PUT", read: str | None = None) -> bool:
        """Send `document` with the ETag of `read`; return true when the service accepts it.

        Raise AssertionError for a refusal that does not say where and why.
        """
        current = await self._client.get(f"/v1/{read or path}")
        headers = {"If-Match": current.headers["etag"]} if "etag" in current.headers else {}
        # The `json` of httpx refuses NaN, which callers may send.
        body = json.dumps(dict(document))
        answer = await self._client.request(
            method, f"/v1/{path}", content=body, headers={**headers, "Content-Type": "application/json"}
        )
        if answer.is_success:
            return True
        _require(answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY, (document, answer.text))
        errors = answer.json()["errors"]
        _require(errors and all(error["message"] and "pointer" in error for error in errors), (document, answer.text))
        return False


async def failures(database: Database) -> list[str]:
    """Return the failures of handled events and due actions."""
    async with database.read() as uow:
        return [row[0] for row in await uow.connection.execute(FAILED)]


def _require(holds: object, about: object) -> None:
    if not holds:
        raise AssertionError(about)
