"""A campaigns database with fresh inputs, without hold-out and without exploration. A test changes what it needs."""

from collections.abc import AsyncIterator

import httpx
import pytest

from campaigns.service import SERVICE
from lealtad.testing.driving import client_for
from lealtad.unit_of_work import Database

from .builders import confirm_inputs, set_policy

PLAIN = {"exploration": "off", "hold_out_share": "0"}


@pytest.fixture
async def database(database_for) -> Database:
    database = await database_for(SERVICE)
    await confirm_inputs(database)
    await set_policy(database, **PLAIN)
    return database


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with client_for(SERVICE, database) as client:
        yield client
