"""The HTTP APIs of the five services, as the demo uses them."""

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx

PROFILE = "customer-profile"
SEGMENTATION = "segmentation"
CHURN = "churn-scoring"
CAMPAIGNS = "campaigns"
COMPLAINTS = "complaints"

TIMEOUT_S = 30
CONNECT_RETRIES = 3
PAGE = 1000
OF_THE_VERSION = {"version", "changed_at", "changed_by"}


class RefusedError(Exception):
    """A refused request; the message is the problem document."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        request = response.request
        super().__init__(f"{request.method} {request.url} -> {response.status_code}: {response.text}")


class Apis:
    """One client per service, all with the same token. Use it as an async context manager."""

    def __init__(self, addresses: Mapping[str, str], token: str) -> None:
        self._clients = {
            service: httpx.AsyncClient(
                base_url=address,
                headers={"Authorization": f"Bearer {token}"},
                timeout=TIMEOUT_S,
                transport=httpx.AsyncHTTPTransport(retries=CONNECT_RETRIES),
            )
            for service, address in addresses.items()
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def get(self, service: str, path: str, **params: str | int) -> Any:
        """Return the JSON of a resource; raise RefusedError if it is missing."""
        return accepted(await self._clients[service].get(path, params=params))

    async def find(self, service: str, path: str) -> Any | None:
        """Return the JSON of a resource, or None if it is missing."""
        response = await self._clients[service].get(path)
        return None if response.status_code == HTTPStatus.NOT_FOUND else accepted(response)

    async def post(self, service: str, path: str, body: Any = None) -> Any:
        """Post a body and return the JSON of the answer; raise RefusedError unless the status is 2xx."""
        return accepted(await self._clients[service].post(path, json=body))

    async def amend(self, service: str, path: str, changes: Mapping[str, Any]) -> None:
        """Update a policy by `changes`; raise RefusedError if the service refuses."""
        response = await self._clients[service].get(path)
        policy = {name: value for name, value in accepted(response).items() if name not in OF_THE_VERSION}
        headers = {"If-Match": response.headers["etag"]}
        accepted(await self._clients[service].put(path, json={**policy, **changes}, headers=headers))

    async def items(self, service: str, path: str, **params: str | int) -> AsyncIterator[Any]:
        """Yield the items of a list, page by page."""
        params["limit"] = PAGE
        while True:
            page = await self.get(service, path, **params)
            for item in page["items"]:
                yield item
            if page["next_cursor"] is None:
                return
            params["cursor"] = page["next_cursor"]


def accepted(response: httpx.Response) -> Any:
    """Return the JSON of a 2xx answer; raise RefusedError for any other status."""
    if not response.is_success:
        raise RefusedError(response)
    return response.json()
