"""Run a service's own commands, `python -m <package> COMMAND`, against the running stack."""

from __future__ import annotations

import os
import subprocess

from lealtad_local.credentials import Credentials
from lealtad_local.databases import database_url
from lealtad_local.errors import StackError
from lealtad_local.kafka import KafkaServer
from lealtad_local.postgres import PostgresServer
from lealtad_local.processes import Command
from lealtad_local.services import SERVICES, Environment, Service
from lealtad_local.stack import Stack


def run(stack: Stack, service: str, *arguments: str) -> int:
    """Run a command of `service` in the foreground, with its output; return its exit status."""
    command = program(stack, service, *arguments)
    return subprocess.run(command.argv, env=command.environment(), check=False).returncode  # noqa: S603 - our own


def program(stack: Stack, service: str, *arguments: str) -> Command:
    """Return the program of a command of `service`."""
    return _environment(stack, named(service)).command(named(service), *arguments)


def named(name: str) -> Service:
    """Return the service of that name; raise StackError with all names for an unknown one."""
    for service in SERVICES:
        if service.name == name:
            return service
    raise StackError(f"There is no service {name}. There are: {', '.join(service.name for service in SERVICES)}")


def database_of(stack: Stack, service: Service) -> str:
    """Return the URL of a service's database with the role of the service."""
    passwords = Credentials.load_or_make(stack.home, []).passwords
    return database_url(admin_url(stack), service.database, passwords[service.name])


def admin_url(stack: Stack) -> str:
    """Return the superuser's URL of the stack's PostgreSQL."""
    return os.environ.get("LEALTAD_POSTGRES_URL") or PostgresServer(stack.home.postgres).url


def bootstrap(stack: Stack) -> str:
    """Return the address of the stack's Kafka."""
    return os.environ.get("LEALTAD_KAFKA_BOOTSTRAP") or KafkaServer(stack.home.kafka).bootstrap


def _environment(stack: Stack, service: Service) -> Environment:
    return Environment(
        Credentials.load_or_make(stack.home, []).token_secret,
        kafka_bootstrap=bootstrap(stack),
        database_urls={service.name: database_of(stack, service)},
        clock_file=str(stack.home.clock) if stack.state.options.clock else "",
    )
