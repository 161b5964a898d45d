"""Databases of a test run: one migrated template per service, and a clone for each test."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from lealtad.app import Service
from lealtad.clock import Clock
from lealtad.db import Engine
from lealtad.db.engine import plain_dsn
from lealtad.db.migrations import migrate
from lealtad.ids import new_id
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database

TOKEN_SECRET = "the secret of tests: at least 32 bytes"  # noqa: S105 - protects nothing


def with_database(url: str, name: str) -> str:
    """Return `url` with the name of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


class TestDatabases:
    """The databases of a test run."""

    __test__ = False

    def __init__(self, admin_url: str) -> None:
        self._admin_url = plain_dsn(admin_url)
        self._templates: dict[Path, str] = {}
        self._made: list[Database] = []
        self._urls: list[str] = []
        self._lock = asyncio.Lock()

    async def create(self, service: Service, clock: Clock) -> Database:
        """Return a new, migrated database of `service` with `clock` as its business time."""
        url = await self.create_url(service)
        engine = Engine(url, application=f"{service.name} test", pool=20)
        database = Database(engine, service=service.name, clock=clock)
        if on_start := service.require_database().on_start:
            database.resources = await on_start(database, settings_for(service, url))
        self._made.append(database)
        return database

    async def create_url(self, service: Service) -> str:
        """Return the URL of a new, migrated database of `service`."""
        async with self._lock:
            template = self._templates.get(service.require_database().migrations) or await self._template(service)
            name = f"test_{new_id().hex}"
            await self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self._kept(name)

    async def create_empty_url(self) -> str:
        """Return the URL of a new database without migrations."""
        name = f"test_{new_id().hex}"
        await self._execute(f'CREATE DATABASE "{name}"')
        return self._kept(name)

    async def copy_url(self, url: str) -> str:
        """Return the URL of a copy of the database at `url`, which may have no connection: a back-up."""
        name = f"test_{new_id().hex}"
        await self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{urlsplit(url).path[1:]}"')
        return self._kept(name)

    async def drop_all(self) -> None:
        """Close and drop the databases made since the last call."""
        made, self._made = self._made, []
        for database in made:
            await database.engine.dispose()
        urls, self._urls = self._urls, []
        for url in urls:
            await self._execute(f'DROP DATABASE "{urlsplit(url).path[1:]}" WITH (FORCE)')

    def _kept(self, name: str) -> str:
        url = with_database(self._admin_url, name)
        self._urls.append(url)
        return url

    async def _template(self, service: Service) -> str:
        name = f"template_{service.name.replace('-', '_')}_{new_id().hex[-8:]}"
        await self._execute(f'CREATE DATABASE "{name}"')
        migrations = service.require_database().migrations
        await asyncio.to_thread(migrate, with_database(self._admin_url, name), migrations)
        self._templates[migrations] = name
        return name

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self._admin_url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def settings_for(service: Service, database_url: str, **values: object) -> ServiceSettings:
    """Return settings of `service` for tests; `values` replace the defaults."""
    settings = service.settings.model_validate({"database_url": database_url, "token_secret": TOKEN_SECRET, **values})
    if not isinstance(settings, ServiceSettings):
        raise TypeError(f"{service.name} has no database")
    return settings
