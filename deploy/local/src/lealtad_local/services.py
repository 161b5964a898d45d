"""The five services, and the environment that their processes get (the contract is in docs/platform.md)."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from lealtad_local.processes import Command
from lealtad_local.server import HOST


@dataclass(frozen=True)
class Service:
    """One service: its name in addresses, its Python package, its database."""

    name: str
    package: str

    @property
    def database(self) -> str:
        return self.package

    def api(self) -> str:
        """Name of its API process."""
        return f"{self.name}-api"

    def worker(self, slot: int) -> str:
        """Name of its worker in `slot`, counted from 0."""
        return f"{self.name}-worker-{slot}"


SERVICES = tuple(
    Service(name, name.replace("-", "_"))
    for name in ("customer-profile", "segmentation", "churn-scoring", "campaigns", "complaints")
)


@dataclass(frozen=True)
class Environment:
    """What all processes of one stack share."""

    kafka_bootstrap: str
    database_urls: dict[str, str]
    token_secret: str
    clock_file: str | None

    def module(self, service: Service, *arguments: str, port: int = 0, instance: str = "0") -> Command:
        """Return `python -m <package> <arguments>` with the service's environment."""
        variables = {
            "LEALTAD_DATABASE_URL": self.database_urls[service.name],
            "LEALTAD_KAFKA_BOOTSTRAP": self.kafka_bootstrap,
            "LEALTAD_TOKEN_SECRET": self.token_secret,
            "LEALTAD_HOST": HOST,
            "LEALTAD_PORT": str(port),
            "LEALTAD_INSTANCE": instance,
            # Many small processes share the cores: one thread each for numerical libraries.
            "OMP_NUM_THREADS": "1",
        }
        if self.clock_file:
            variables["LEALTAD_CLOCK_FILE"] = self.clock_file
        return Command((sys.executable, "-m", service.package, *arguments), env=variables)

    def topics(self) -> Command:
        """Return the program that creates the topics."""
        variables = {"LEALTAD_KAFKA_BOOTSTRAP": self.kafka_bootstrap}
        return Command((sys.executable, "-m", "lealtad.kafka.topics"), env=variables)
