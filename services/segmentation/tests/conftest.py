"""A database and a client of the service."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from lealtad.testing.driving import client_for
from lealtad.unit_of_work import Database
from segmentation.service import SERVICE


@pytest.fixture
async def database(database_for: Callable[..., Awaitable[Database]]) -> Database:
    return await database_for(SERVICE)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with client_for(SERVICE, database) as client:
        yield client
