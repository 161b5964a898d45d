"""The command: run the checks that concern the processes, print them, exit with 1 where one fails."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator

from lealtad.app.check import database, kafka, tokens
from lealtad.app.check.findings import Finding, State, document, fails, ok, table
from lealtad.app.runtime import Runtime
from lealtad.app.service import Service
from lealtad.app.startup_check import require_match
from lealtad.clock import business_clock
from lealtad.db import Engine
from lealtad.errors import is_transient
from lealtad.kafka.client.end_offsets import Lookout
from lealtad.kafka.consume.positions import MismatchError
from lealtad.observability.health import Health
from lealtad.observability.logging import configure_logging
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database

PROCESSES = ("api", "worker", "migrate")
MATCH = "database and kafka"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "--process",
        action="append",
        choices=PROCESSES,
        dest="checked",
        help="repeat for several; api and worker without it",
    )
    parser.add_argument("--json", action="store_true", help="for programs")


def main(service: Service, arguments: argparse.Namespace) -> int:
    """Print the findings; return 1 where one of them fails."""
    settings = service.settings()
    configure_logging(service.name, "check", "CRITICAL", settings.log_format)
    processes = frozenset(arguments.checked or ("api", "worker"))
    found = asyncio.run(_collect(service, processes))
    sys.stdout.write(document(found) if arguments.json else table(found))
    return 1 if any(finding.state is State.FAILS for finding in found) else 0


async def _collect(service: Service, processes: frozenset[str]) -> list[Finding]:
    return [finding async for finding in _findings(service, processes)]


async def _findings(service: Service, processes: frozenset[str]) -> AsyncIterator[Finding]:
    settings = service.settings()
    if processes != {"migrate"}:
        for finding in tokens.check(settings):
            yield finding
    if not isinstance(settings, ServiceSettings):
        return
    fit = True
    async for finding in database.check(settings, service.require_database().migrations, processes):
        fit = fit and finding.state is not State.FAILS
        yield finding
    if processes == {"migrate"}:
        return
    async for finding in kafka.check(service, settings, processes):
        fit = fit and finding.state is not State.FAILS
        yield finding
    if fit and "worker" in processes:
        yield await _match(service, settings)


async def _match(service: Service, settings: ServiceSettings) -> Finding:
    """Return whether a worker would begin, or be held since database and Kafka do not belong together."""
    engine = Engine(settings.database_url.get_secret_value(), application=f"{service.name} check", pool=2)
    clock = business_clock(settings.clock_file)
    lookout = Lookout(settings)
    opened = Database(engine, service=service.name, clock=clock)
    try:
        await require_match(Runtime(service, settings, clock, Health(), opened, lookout))
    except MismatchError as error:
        return fails(
            MATCH, f"the workers would be held: {error}", "See Restore in docs/reliability.md: `adopt-restore`."
        )
    except Exception as error:
        if not is_transient(error):
            raise
        return fails(MATCH, f"not compared: {type(error).__name__}", "Run the check again.")
    finally:
        await lookout.close()
        await engine.dispose()
    return ok(MATCH, "they belong together")
