"""Fixtures of the customer profile's tests: a database, a client, and a story-teller's vocabulary."""

import pytest

from customer_profile.service import SERVICE
from lealtad.testing.driving import client_for


@pytest.fixture
async def database(database_for):
    return await database_for(SERVICE)


@pytest.fixture
async def client(database):
    async with client_for(SERVICE, database) as client:
        yield client
