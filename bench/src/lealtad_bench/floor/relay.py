"""The relay of a stage, which sends up to a thousand outbox rows per pass to Kafka."""

import asyncio
from contextlib import suppress

import asyncpg
from aiokafka import AIOKafkaProducer

from lealtad_bench.floor.layout import Stage

ROWS = 1000
POLL_S = 0.2


async def relay(stage: Stage, database_url: str, bootstrap: str) -> None:
    """Send the outbox rows of `stage` until cancelled."""
    connection = await asyncpg.connect(database_url, timeout=10, command_timeout=30)
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=0, max_batch_size=256 * 1024
    )
    await producer.start()
    wake = asyncio.Event()
    await connection.add_listener(stage.schema, lambda *_: wake.set())
    while True:
        # Cleared before the SELECT, so that no later commit is missed.
        wake.clear()
        rows = await connection.fetch(f"SELECT seq, key, value FROM {stage.schema}.outbox ORDER BY seq LIMIT {ROWS}")
        if rows:
            sent = [await producer.send(stage.writes, key=row["key"], value=row["value"]) for row in rows]
            await asyncio.gather(*sent)
            numbers = [row["seq"] for row in rows]
            await connection.execute(f"DELETE FROM {stage.schema}.outbox WHERE seq = ANY($1::bigint[])", numbers)
        if len(rows) < ROWS:
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), POLL_S)
