"""The floor on the run's real Kafka and PostgreSQL."""

import time
from urllib.parse import urlsplit

import asyncpg
import pytest

from lealtad_bench.floor.chain import running_floor
from lealtad_bench.floor.layout import DATABASE, STAGES, Stage


@pytest.fixture
async def floor(postgres_url, kafka_address, tmp_path):
    async with running_floor(postgres_url, kafka_address, 4, tmp_path, servers={}) as floor:
        yield floor


async def test_every_purchase_passes_all_stages_once_and_watched_ones_tell_how_long_it_took(floor, postgres_url):
    latencies = [await floor.buy(time.monotonic(), watched=True) for _ in range(3)]
    assert await floor.buy(time.monotonic(), watched=False) is None
    await floor.send(50)
    await floor.settle()

    assert all(0 < latency < 30 for latency in latencies)
    assert await floor.backlog() == 0
    assert sorted(floor.processes) == [f"stage-{number}" for number in range(STAGES)]
    connection = await asyncpg.connect(urlsplit(postgres_url)._replace(path=f"/{DATABASE}").geturl())
    try:
        for number in range(1, STAGES):
            schema = Stage(number).schema
            assert await connection.fetchval(f"SELECT sum(purchases) FROM {schema}.customer") == 54
    finally:
        await connection.close()
