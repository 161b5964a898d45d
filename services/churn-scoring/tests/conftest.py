"""Fixtures of the tests of churn-scoring: a database and a client."""

from collections.abc import AsyncIterator

import httpx
import pytest

from churn_scoring.service import SERVICE
from lealtad.testing.driving import client_for
from lealtad.testing.plugin import DatabaseFactory
from lealtad.unit_of_work import Database


@pytest.fixture
async def database(database_for: DatabaseFactory) -> Database:
    """Return a new database, whose clock stands at 2011-03-01 09:00 until moved."""
    return await database_for(SERVICE)


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the API with all scopes."""
    async with client_for(SERVICE, database) as client:
        yield client
