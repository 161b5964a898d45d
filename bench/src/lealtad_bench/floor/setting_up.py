"""Empty tables and topics for the floor."""

from urllib.parse import urlsplit

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from lealtad_bench.floor.layout import DATABASE, STAGES, Stage


async def make_database(admin_url: str) -> str:
    """Create the floor's database anew, and return its URL."""
    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
    url = urlsplit(admin_url)._replace(path=f"/{DATABASE}").geturl()
    connection = await asyncpg.connect(url, timeout=10)
    try:
        for number in range(STAGES):
            await connection.execute(Stage(number).tables)
    finally:
        await connection.close()
    return url


async def make_topics(bootstrap: str, partitions: int) -> None:
    """Create missing topics between the stages."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=20_000)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        wanted = [Stage(number).reads for number in range(1, STAGES)]
        missing = [NewTopic(name, partitions, 1) for name in wanted if name not in existing]
        if missing:
            await admin.create_topics(missing)
    finally:
        await admin.close()
