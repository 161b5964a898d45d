"""A database and a role of its own for each service."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

import asyncpg

from lealtad_local.services import Service


async def create_databases(admin_url: str, services: Iterable[Service], passwords: dict[str, str]) -> dict[str, str]:
    """Create what is missing, set the passwords, and return each service's URL by its name.

    The role owns its database and nothing else; no other role may connect to it.
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
    # Utility statements take no parameters; names are our own, passwords are URL-safe base64.
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
        await connection.execute(f"CREATE ROLE {name} LOGIN")
    await connection.execute(f"ALTER ROLE {name} PASSWORD '{password}'")
    # To tell of anybody's snapshot that is left open in its database.
    await connection.execute(f"GRANT pg_read_all_stats TO {name}")
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await connection.execute(f"CREATE DATABASE {name} OWNER {name}")
        await connection.execute(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
    return database_url(admin_url, name, password)


def database_url(admin_url: str, name: str, password: str) -> str:
    """Return the URL under which the role `name` reaches its database."""
    admin = urlsplit(admin_url)
    place = admin.netloc.rpartition("@")[2]
    return admin._replace(netloc=f"{name}:{password}@{place}", path=f"/{name}").geturl()
