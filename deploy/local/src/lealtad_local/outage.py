"""The servers or workers that do not answer, while services cannot report their progress."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from lealtad_local.kafka import KafkaServer
from lealtad_local.postgres import PostgresServer
from lealtad_local.progress import ANSWER_S
from lealtad_local.server import LocalServer
from lealtad_local.services import SERVICES
from lealtad_local.stack import Stack

KAFKA, DATABASE = "Kafka", "The database"
WORKERS = {service.name: service.worker(0) for service in SERVICES}


async def seen(stack: Stack, client: httpx.AsyncClient, consumers: Mapping[str, dict[str, Any] | None]) -> list[str]:
    """Return a message that names the silent servers or workers; a progress of None means no answer."""
    silent = [name for name, progress in consumers.items() if progress is None]
    without_kafka = [name for name, progress in consumers.items() if progress and progress["lag"] is None]
    if not silent and not without_kafka:
        return []
    servers = await asyncio.to_thread(_servers_away, stack)
    if servers:
        return [f"{name} does not answer." for name in servers]
    messages = [f"{KAFKA} does not answer to {_list(without_kafka)}."] if without_kafka else []
    failures = await asyncio.gather(*(_failures(stack, client, WORKERS[name]) for name in silent))
    without_database = [name for name, failed in zip(silent, failures, strict=True) if "database" in failed]
    others = [name for name in silent if name not in without_database]
    messages += [f"{DATABASE} does not answer to {_list(without_database)}."] if without_database else []
    return [*messages, f"No worker answers of {_list(others)}."] if others else messages


def _servers_away(stack: Stack) -> list[str]:
    """Probe the servers themselves: a worker waits for a lost server longer than people wait for a status."""
    servers: dict[str, LocalServer] = {
        KAFKA: KafkaServer(stack.home.kafka),
        DATABASE: PostgresServer(stack.home.postgres),
    }
    return [name for name, server in servers.items() if server.name in stack.state.processes and not server.answers()]


async def _failures(stack: Stack, client: httpx.AsyncClient, worker: str) -> Iterable[str]:
    """Return the names of the failing readiness checks; empty where the worker does not answer."""
    try:
        answer = await client.get(f"{stack.address(worker)}/health/ready", timeout=ANSWER_S)
        return set(answer.json()["failures"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return set()


def _list(names: list[str]) -> str:
    return ", ".join(names)
