"""The notation of `--target`: where the services of a deployment are reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import httpx

from lealtad_local.errors import StackError
from lealtad_local.services import SERVICES

SERVICE = "{service}"
"""Stands for the name of each service in a target."""
NOTATION = (
    "Give one address for all services (https://host: each at https://host/SERVICE), "
    f"one with {SERVICE} in it (https://{SERVICE}.example.org), or SERVICE=ADDRESS for each."
)


def parse(targets: Iterable[str]) -> dict[str, str]:
    """Return the base address of each service that `targets` name, by service name.

    Raise StackError for what is no address of a service.
    """
    addresses: dict[str, str] = {}
    for target in targets:
        for name, address in _addresses(target).items():
            if name in addresses:
                raise StackError(f"--target names {name} twice: {addresses[name]} and {address}. {NOTATION}")
            addresses[name] = address
    return {service.name: addresses[service.name] for service in SERVICES if service.name in addresses}


def _addresses(target: str) -> Mapping[str, str]:
    names = [service.name for service in SERVICES]
    name, separator, address = target.partition("=")
    if separator and "/" not in name:
        if name not in names:
            raise StackError(f"--target {target}: there is no service {name}. There are: {', '.join(names)}")
        return {name: _address(address, target)}
    template = target if SERVICE in target else f"{target.rstrip('/')}/{SERVICE}"
    return {name: _address(template.replace(SERVICE, name), target) for name in names}


def _address(address: str, target: str) -> str:
    """Return `address` without a slash or `/docs` at its end; raise StackError unless requests can be sent there.

    `lealtad up` prints the address of each documentation page, which people copy.
    """
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise StackError(f"--target {target} is no address: {error}. {NOTATION}") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise StackError(f"--target {target} does not begin with https:// or http://. {NOTATION}")
    if url.userinfo or url.query or url.fragment:
        raise StackError(f"--target {target} holds more than an address; a token goes into --token. {NOTATION}")
    return str(url).rstrip("/").removesuffix("/docs")
