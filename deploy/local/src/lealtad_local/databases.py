"""One database and one role for each service."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

import asyncpg

from lealtad_local.services import Service


async def create_databases(admin_url: str, services: Iterable[Service], passwords: dict[str, str]) -> dict[str, str]:
    """Create missing roles and databases, set the passwords, and return the URLs by service name.

    A role owns its own database and nothing else; no other role may connect to that database.
    """
    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        return {
            service.name: await _create(connection, admin_url, service.database, passwords[service.name])
            for service in services
        }
    finally:
        await connection.close()


async def _create(connection: asyncpg.Connection, admin_url: str, name: str, password: str) -> str:
    # Utility statements take no parameters. The code chooses the names; passwords are URL-safe base64.
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
        await connection.execute(f"CREATE ROLE {name} LOGIN")
    await connection.execute(f"ALTER ROLE {name} PASSWORD '{password}'")
    # For the metric of the oldest open snapshot: a role sees the sessions of others only with it.
    await connection.execute(f"GRANT pg_read_all_stats TO {name}")
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await connection.execute(f"CREATE DATABASE {name} OWNER {name}")
        await connection.execute(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
    return database_url(admin_url, name, password)


def database_url(admin_url: str, name: str, password: str) -> str:
    """Return the URL of the database `name` for the role of that name."""
    admin = urlsplit(admin_url)
    place = admin.netloc.rpartition("@")[2]
    return admin._replace(netloc=f"{name}:{password}@{place}", path=f"/{name}").geturl()
