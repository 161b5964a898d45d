"""What a command needs of a deployment, wherever it runs: the address of each service, and a client with a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import httpx


class Deployment(Protocol):
    """The services of one deployment."""

    def urls(self) -> Mapping[str, str]:
        """Return the base address of each service's API by service name."""

    def client(self) -> httpx.AsyncClient:
        """Return a client that sends a bearer token with every request."""
