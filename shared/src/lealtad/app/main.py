"""`python -m <package> PROCESS`: one image, several processes."""

import os

# Before numpy: its threads would fight over the cores of the process (see the service's own thread use).
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import gc
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

import uvloop
from pydantic import ValidationError

from lealtad.app import adopt_restore, check, republish, token
from lealtad.app.api import run_api
from lealtad.app.rebuild import run_rebuild
from lealtad.app.service import Service
from lealtad.app.worker import run_worker
from lealtad.observability.logging import configure_logging
from lealtad.settings import WRONG_SETTINGS, ProcessSettings, unknown_variables, wrong_settings

GARBAGE_FROM = 20_000
"""So many new objects are looked through at a time: a batch makes thousands that live until its end."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that `python -m <package>` can do."""

    meaning: str
    main: Callable[[Service, argparse.Namespace], int]
    add_arguments: Callable[[argparse.ArgumentParser], None] = lambda _: None


def commands_of(service: Service) -> dict[str, Command]:
    """Return what `python -m <package>` can do by name: the same for all services, and the service's own."""
    return {
        "api": Command("answer HTTP requests", lambda service, _: _serve_api(service)),
        **(_database_commands() if service.database else {}),
        "check": Command("look at what a process needs, before it starts", check.main, check.add_arguments),
        "token": Command("mint a bearer token", token.main, token.add_arguments),
        **{name: _own(command) for name, command in service.commands.items()},
    }


def main(service: Service, arguments: list[str] | None = None) -> int:
    """Run one process of `service` and return its exit status."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {service.name.replace('-', '_')}", description=service.description
    )
    processes = parser.add_subparsers(dest="process", required=True, metavar="PROCESS", title="processes")
    commands = commands_of(service)
    for name, command in commands.items():
        command.add_arguments(processes.add_parser(name, help=command.meaning, description=command.meaning))
    chosen = parser.parse_args(arguments)
    if unknown := unknown_variables(service.settings, os.environ):
        return _refuse(service, [*_wrong_values(service), *unknown])
    try:
        return commands[chosen.process].main(service, chosen)
    except ValidationError as error:
        if error.title != service.settings.__name__:
            raise
        return _refuse(service, wrong_settings(error))


def _refuse(service: Service, failures: list[str]) -> int:
    sys.stderr.write("\n".join([f"{service.name}: the settings are wrong", *failures, ""]))
    return WRONG_SETTINGS


def _wrong_values(service: Service) -> list[str]:
    """Return what is wrong besides unknown variables: a misspelt one is missing under its right name."""
    try:
        service.settings()
    except ValidationError as error:
        return wrong_settings(error)
    return []


def _database_commands() -> dict[str, Command]:
    """Return the commands of a service with a database and a stream."""
    return {
        "worker": Command("read and publish events, and do what is due", lambda service, _: _work(service)),
        "migrate": Command("bring the database to the newest migration", lambda service, _: _migrate(service)),
        "rebuild": Command("fold derived state again from the topics", lambda service, _: _rebuild(service)),
        "adopt-restore": Command(
            "make a restored database fit Kafka as it stands", adopt_restore.main, adopt_restore.add_arguments
        ),
        "republish": Command("send again what the service emitted", republish.main, republish.add_arguments),
    }


def _own(command: Callable[[], int]) -> Command:
    return Command((command.__doc__ or "").strip().rstrip("."), lambda _service, _arguments: command())


def _serve_api(service: Service) -> int:
    settings = service.settings()
    return _run(service, "api", settings, run_api(service, settings))


def _work(service: Service) -> int:
    settings = service.read_settings()
    return _run(service, "worker", settings, run_worker(service, settings))


def _run(service: Service, process: str, settings: ProcessSettings, running: Coroutine[None, None, None]) -> int:
    configure_logging(service.name, process, settings.log_level, settings.log_format)
    # What was imported stays: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_FROM, 20, 50)
    uvloop.run(running)
    return 0


def _rebuild(service: Service) -> int:
    settings = service.read_settings()
    configure_logging(service.name, "rebuild", settings.log_level, settings.log_format)
    return uvloop.run(run_rebuild(service, settings))


def _migrate(service: Service) -> int:
    # Alembic is a tenth of an import that every api and worker would pay for.
    from lealtad.db.migrations import MigrationRefusedError, migrate  # noqa: PLC0415

    settings = service.read_settings()
    configure_logging(service.name, "migrate", settings.log_level, settings.log_format)
    try:
        migrate(settings.database_url.get_secret_value(), service.require_database().migrations)
    except MigrationRefusedError as error:
        sys.stdout.write(f"{service.name}: {error}\n")
        return 1
    sys.stdout.write(f"{service.name}: the database is at the newest migration\n")
    return 0
