"""Bring up the whole stack: `python -m lealtad_local.bring_up OPTIONS`, the program of the supervisor.

Start Kafka with its topics and PostgreSQL with its migrated databases side by side, then all services at once.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lealtad.clock import StackClock
from lealtad_local.credentials import Credentials
from lealtad_local.databases import create_databases
from lealtad_local.home import Home
from lealtad_local.kafka import KafkaServer
from lealtad_local.keeper import ProcessFailedError, ProcessSpec
from lealtad_local.ports import claim, free_port
from lealtad_local.postgres import PostgresServer
from lealtad_local.probes import answers_ok, is_ready_or_held
from lealtad_local.server import LocalServer
from lealtad_local.services import DEPLOYABLES, SERVICES, Environment, Service
from lealtad_local.state import Options, StackState
from lealtad_local.supervisor import Level, Supervisor, held, supervise


@dataclass
class Plan:
    """One start of the stack."""

    home: Home
    credentials: Credentials
    before: StackState | None
    """The state file of the former run."""

    async def bring_up(self, supervisor: Supervisor) -> None:
        """Start everything and return when all processes are ready."""
        await asyncio.to_thread(_clear, self.home, supervisor.options)
        supervisor.say("starting Kafka and PostgreSQL, creating topics, migrating databases")
        clock_file = self._clock(supervisor.options)
        kafka, urls = await asyncio.gather(self._kafka(supervisor), self._postgres(supervisor))
        supervisor.say("starting the services")
        topic_partitions = supervisor.state.partitions
        environment = Environment(self.credentials.token_secret, kafka, urls, clock_file, topic_partitions)
        await supervisor.keep(Level.SERVICES, *self._processes(environment, supervisor.options.workers))

    def _clock(self, options: Options) -> str:
        if options.clock is None:
            self.home.clock.unlink(missing_ok=True)
            return ""
        StackClock.write(self.home.clock, options.clock)
        return str(self.home.clock)

    async def _kafka(self, supervisor: Supervisor) -> str:
        """Start Kafka, create the topics, and return the address."""
        bootstrap = os.environ.get("LEALTAD_KAFKA_BOOTSTRAP")
        if not bootstrap:
            server = KafkaServer(self.home.kafka)
            await _keep_server(supervisor, server)
            bootstrap = server.bootstrap
        environment = Environment(
            self.credentials.token_secret, bootstrap, topic_partitions=supervisor.state.partitions
        )
        await supervisor.run_once("topics", environment.topics())
        return bootstrap

    async def _postgres(self, supervisor: Supervisor) -> dict[str, str]:
        """Start PostgreSQL, migrate the databases, and return their URLs by service name."""
        admin_url = os.environ.get("LEALTAD_POSTGRES_URL")
        if not admin_url:
            server = PostgresServer(self.home.postgres)
            await _keep_server(supervisor, server)
            admin_url = server.url
        urls = await create_databases(admin_url, SERVICES, self.credentials.passwords)
        environment = Environment(self.credentials.token_secret, database_urls=urls)
        await supervisor.run_once("migrations", environment.migrations())
        return urls

    def _processes(self, environment: Environment, workers: int) -> Iterator[ProcessSpec]:
        for service in DEPLOYABLES:
            yield self._process(environment, service, service.api(), "api", "0")
            for slot in range(workers if service.has_stream else 0):
                yield self._process(environment, service, service.worker(slot), "worker", str(slot))

    def _process(self, environment: Environment, service: Service, name: str, kind: str, instance: str) -> ProcessSpec:
        port = self._port(name)
        return ProcessSpec(
            name=name,
            port=port,
            command=lambda: environment.process(service, kind, port=port, instance=instance),
            live=partial(answers_ok, port, "/health/live"),
            ready=partial(is_ready_or_held, port),
        )

    def _port(self, name: str) -> int:
        """Return the port of the last run where it is free, or another."""
        known = self.before.processes.get(name) if self.before else None
        return known.port if known and claim(known.port) else free_port()


async def _keep_server(supervisor: Supervisor, server: LocalServer) -> None:
    await asyncio.to_thread(server.prepare)
    spec = ProcessSpec(server.name, server.port, server.command, live=server.answers, ready=server.answers)
    await supervisor.keep(Level.SERVERS, spec)


def _clear(home: Home, options: Options) -> None:
    """Delete logs, stop marks and, for a fresh start, all data.

    Raise `ProcessFailedError` when either Kafka's or PostgreSQL's data are missing.
    """
    for mark in home.stop_mark("").iterdir():
        mark.unlink()
    for old in home.logs.glob("*.log"):
        if old != home.log("supervisor"):
            old.unlink()
    kafka, postgres = KafkaServer(home.kafka), PostgresServer(home.postgres)
    if options.fresh:
        kafka.discard()
        postgres.discard()
    elif kafka.formatted != postgres.initialised and not _has_external_server():
        raise ProcessFailedError(
            "Of Kafka's and PostgreSQL's data one half is missing, and neither can be used without the other. "
            "Start with empty ones: lealtad up --fresh"
        )


def _has_external_server() -> bool:
    return any(os.environ.get(name) for name in ("LEALTAD_KAFKA_BOOTSTRAP", "LEALTAD_POSTGRES_URL"))


def main(home: Home, options: Options) -> None:
    """Run the supervisor of a whole stack in this process."""
    with held(home):
        before = StackState.load(home)
        credentials = Credentials.load_or_make(home, [service.name for service in SERVICES])
        supervise(Supervisor(home, options), Plan(home, credentials, before).bring_up)


if __name__ == "__main__":
    main(Home(Path(sys.argv[1])), Options.model_validate_json(sys.argv[2]))
