"""Any document that a service accepts is obeyed: put it in force, use the service, and see that nothing failed."""

import json
import os
from collections.abc import Mapping
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, settings
from sqlalchemy import text

from lealtad.unit_of_work import Database

EXAMPLES = os.environ.get("LEALTAD_FUZZ_EXAMPLES")
"""How many documents each test tries, the same every time; absent: a few."""

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
    # A smaller document would have to be put in force, and the service used, hundreds of times.
    phases=[Phase.generate],
    database=None,
    suppress_health_check=list(HealthCheck),
)
"""Settings of a test that uses a service after every document that it accepts."""


class Caller:
    """A caller of an API whom no request may fail."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def __call__(self, method: str, path: str, **options: Any) -> Any:
        """Send a request; return the JSON of the answer, or None where it was refused."""
        answer = await self._client.request(method, f"/v1/{path}", **options)
        _require(answer.status_code < SERVER_ERROR, (method, path, options, answer.text))
        return answer.json() if answer.is_success else None

    async def shipped(self, path: str) -> dict[str, Any]:
        """Return the first version of the policy at `path`, without its stamp."""
        read = await self("GET", f"{path}/versions/1")
        return {name: value for name, value in read.items() if name not in STAMP}

    async def put(self, path: str, document: Mapping[str, Any], method: str = "PUT", read: str | None = None) -> bool:
        """Send `document` for what is in force at `read`; return whether it was accepted.

        A refusal has to say where and why.
        """
        current = await self._client.get(f"/v1/{read or path}")
        headers = {"If-Match": current.headers["etag"]} if "etag" in current.headers else {}
        # Not by httpx's `json`, which refuses NaN: callers may send it.
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
    """Return what failed while events were handled and due actions taken."""
    async with database.read() as uow:
        return [row[0] for row in await uow.connection.execute(FAILED)]


def _require(holds: object, about: object) -> None:
    if not holds:
        raise AssertionError(about)
