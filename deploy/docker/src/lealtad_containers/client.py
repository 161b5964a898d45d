"""Requests to the stack through its proxy."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

from lealtad_containers.errors import ProofError
from lealtad_containers.project import Project

TIMEOUT_S = 60
POLL_S = 0.2
T = TypeVar("T")


def new_token(project: Project) -> str:
    """Return a token, made as deploy/docker/README.md says."""
    return project.execute("customer-profile-api", "python", "-m", "customer_profile", "token").strip()


def new_client(port: int, token: str) -> httpx.AsyncClient:
    """Return a client of the proxy."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=TIMEOUT_S)


async def wait_for(what: str, read: Callable[[], Awaitable[T | None]], timeout_s: float = 60) -> tuple[T, float]:
    """Return the first result of `read` that is not None, and the seconds until then; raise ProofError after them."""
    began = time.monotonic()
    while time.monotonic() - began < timeout_s:
        result = await read()
        if result is not None:
            return result, time.monotonic() - began
        await asyncio.sleep(POLL_S)
    raise ProofError(f"{what}: not within {timeout_s:.0f} s")


async def found(client: httpx.AsyncClient, path: str) -> object | None:
    """Return the JSON of a resource, or None while it is missing or its service does not answer."""
    try:
        answer = await client.get(path)
    except httpx.TransportError:
        return None
    return answer.json() if answer.is_success else None
