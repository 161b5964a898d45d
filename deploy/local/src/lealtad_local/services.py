"""The registered deployables, and the environment of their processes (see docs/platform.md)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module

from lealtad.registry import deployables
from lealtad_local.ports import HOST
from lealtad_local.processes import Command


@dataclass(frozen=True)
class Service:
    """One deployable: its name in addresses, its Python package, its database where it has one."""

    name: str
    package: str
    has_stream: bool = True
    """Whether it has a database and workers."""

    @property
    def database(self) -> str:
        return self.package

    def api(self) -> str:
        """Return the name of the API process."""
        return f"{self.name}-api"

    def worker(self, slot: int) -> str:
        """Return the name of the worker in `slot`, counted from 0."""
        return f"{self.name}-worker-{slot}"


def registered() -> tuple[Service, ...]:
    """Return what is registered."""
    return tuple(Service(each.name, each.package, each.has_stream) for each in deployables())


DEPLOYABLES = registered()
"""All that are registered: each has an API."""
SERVICES = tuple(each for each in DEPLOYABLES if each.has_stream)
"""Those with a database, workers and events."""


@dataclass(frozen=True)
class Environment:
    """The environment of all processes of one stack; an address is empty where a program does not need it."""

    token_secret: str
    kafka_bootstrap: str = ""
    database_urls: Mapping[str, str] = field(default_factory=dict)
    """URLs by service name."""
    clock_file: str = ""
    topic_partitions: int | None = None
    """The number of partitions of each topic; None where a program does not need it."""

    def topics(self) -> Command:
        """Return the program that creates the topics."""
        return self._module("lealtad.kafka.topics", **self._kafka())

    def migrations(self) -> Command:
        """Return the program that migrates all databases."""
        urls = {service.package: self.database_urls[service.name] for service in SERVICES}
        return self._module("lealtad_local.migrate_all", LEALTAD_DATABASE_URLS=json.dumps(urls))

    def process(self, service: Service, kind: str, *, port: int, instance: str) -> Command:
        """Return `python -m <package> api | worker`."""
        return self._module(
            service.package,
            kind,
            LEALTAD_HOST=HOST,
            LEALTAD_PORT=str(port),
            **self._stream(service, LEALTAD_INSTANCE=instance),
        )

    def command(self, service: Service, *arguments: str) -> Command:
        """Return `python -m <package> ARGUMENTS` with logs for people, not JSON."""
        variables = {"LEALTAD_LOG_FORMAT": "console", **self._stream(service)}
        return self._module(service.package, *arguments, **variables)

    def _stream(self, service: Service, **variables: str) -> dict[str, str]:
        """Return what a service with database and events reads besides; a process refuses what it does not read."""
        if not service.has_stream:
            return {}
        return {"LEALTAD_DATABASE_URL": self.database_urls[service.name], **self._kafka(), **variables}

    def _kafka(self) -> dict[str, str]:
        kafka = {
            "LEALTAD_KAFKA_BOOTSTRAP": self.kafka_bootstrap,
            "LEALTAD_TOPIC_PARTITIONS": str(self.topic_partitions or ""),
        }
        return {name: value for name, value in kafka.items() if value}

    def _module(self, module: str, *arguments: str, **variables: str) -> Command:
        shared = {"LEALTAD_TOKEN_SECRET": self.token_secret, "LEALTAD_CLOCK_FILE": self.clock_file}
        given = {name: value for name, value in shared.items() if value}
        # Many small processes share the cores, so numerical libraries get one thread each.
        env = {"OMP_NUM_THREADS": "1", **given, **variables}
        return Command((sys.executable, "-m", module, *arguments), env=env, without=_settings_of_others(module))


def _settings_of_others(module: str) -> frozenset[str]:
    """Return the variables that only other services read: each refuses them, and one environment starts all."""
    from lealtad.settings import PREFIX, ServiceSettings  # noqa: PLC0415 - takes a third of a second

    strange = {name for name in os.environ if name.startswith(PREFIX)}
    strange -= {f"{PREFIX}{name.upper()}" for name in ServiceSettings.model_fields}
    others = [service.package for service in SERVICES if service.package != module] if strange else []
    return frozenset(strange & {f"{PREFIX}{name.upper()}" for package in others for name in _own_settings(package)})


def _own_settings(package: str) -> Iterable[str]:
    """Return the names of the settings of a service, those of the platform among them; nothing where it has no own."""
    try:
        return list(import_module(f"{package}.settings").Settings.model_fields)
    except ModuleNotFoundError:
        return []
