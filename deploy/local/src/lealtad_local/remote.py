"""A deployment that is reached by its addresses alone: containers, Kubernetes, another machine."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx

from lealtad_local import targets
from lealtad_local.errors import StackError
from lealtad_local.services import SERVICES

_WITHOUT_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts no certificate: of a deployment without https, for which reading the system's authorities is a waste."""


@dataclass(frozen=True)
class Remote:
    """The addresses of a deployment, and how requests are sent there."""

    addresses: Mapping[str, str]
    token: str
    tls: ssl.SSLContext
    request_timeout_s: float

    @classmethod
    def of(cls, wanted: Iterable[str], token: str | None, ca_file: Path | None, request_timeout_s: float) -> Remote:
        """Return the deployment at `wanted`; raise StackError where that, the token or the CA cannot be used."""
        addresses = targets.parse(wanted)
        if not token or not token.isascii() or not token.isprintable():
            raise StackError(
                "A target needs a bearer token: --token TOKEN, or LEALTAD_TOKEN, which other users of the machine "
                "cannot see. Mint one where the services run: python -m customer_profile token"
            )
        encrypted = any(address.startswith("https:") for address in addresses.values())
        return cls(addresses, token, _tls(ca_file) if encrypted else _WITHOUT_TLS, request_timeout_s)

    def urls(self) -> Mapping[str, str]:
        """Return the base address of each service that was named, by service name."""
        return self.addresses

    def client(self) -> httpx.AsyncClient:
        """Return a client with the token, whose requests end within the time-out, answer included."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return _BoundedClient(self.request_timeout_s, headers=headers, verify=self.tls)

    @property
    def without_address(self) -> list[str]:
        """Return the names of the services that no target names."""
        return [service.name for service in SERVICES if service.name not in self.addresses]

    @property
    def in_the_clear(self) -> list[str]:
        """Return the addresses of other machines to which the token is sent without encryption."""
        urls = sorted(set(self.addresses.values()))
        return [url for url in urls if httpx.URL(url).scheme == "http" and not _is_loopback(httpx.URL(url).host)]


class _BoundedClient(httpx.AsyncClient):
    """A client whose requests take a bounded time as a whole: httpx bounds each read only."""

    def __init__(self, longest_s: float, **options: Any) -> None:
        super().__init__(timeout=longest_s, **options)
        self._longest_s = longest_s

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Return the answer with its body; raise ReadTimeout when that takes too long."""
        try:
            async with asyncio.timeout(self._longest_s):
                return await super().send(request, **options)
        except TimeoutError:
            raise httpx.ReadTimeout(f"no whole answer within {self._longest_s:g} s", request=request) from None


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except (OSError, ssl.SSLError) as error:
        raise StackError(f"--ca {ca_file} holds no certificate that can be read: {error}") from None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
