"""One stage as a process: `python -m lealtad_bench.floor.stage NUMBER BOOTSTRAP PARTITIONS`.

The database's address is in LEALTAD_BENCH_DATABASE_URL. The process prints `ready`. The last stage also prints a line
per committed batch: the moment (seconds of the machine's monotonic clock, shared by all processes) and the ids of the
purchases.
"""

import asyncio
import os
import sys
import time
from collections.abc import Sequence

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from lealtad_bench.floor.layout import Purchase, Stage
from lealtad_bench.floor.relay import relay
from lealtad_bench.floor.wakeup import Bell
from lealtad_bench.floor.writing import take_in

RECORDS = 500


async def run(stage: Stage, database_url: str, bootstrap: str, partitions: int) -> None:
    """Run the stage until it fails or its process ends."""
    async with asyncio.TaskGroup() as tasks:
        if not stage.is_last:
            tasks.create_task(relay(stage, database_url, bootstrap))
        if stage.is_first:
            say("ready")
        else:
            tasks.create_task(consume(stage, database_url, bootstrap, partitions))


async def consume(stage: Stage, database_url: str, bootstrap: str, partitions: int) -> None:
    """Process batches from the present end of the topic on."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="latest")
    await consumer.start()
    consumer.assign([TopicPartition(stage.reads, number) for number in range(partitions)])
    await consumer.seek_to_end()
    connection = await asyncpg.connect(database_url, timeout=10, command_timeout=30)
    async with Bell.of(stage, database_url) as bell:
        say("ready")
        while True:
            found = await consumer.getmany(timeout_ms=500, max_records=RECORDS)
            records = [record for partition in found.values() for record in partition]
            if not records:
                continue
            purchases = [Purchase(**orjson.loads(record.value)) for record in records]
            await take_in(connection, stage, purchases)
            bell.ring()
            if stage.is_last:
                say(arrival(purchases))


def arrival(purchases: Sequence[Purchase]) -> str:
    """Return the output line of a committed batch."""
    return " ".join((repr(time.monotonic()), *(str(purchase.id) for purchase in purchases)))


def say(line: str) -> None:
    """Write a line to the parent process."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(run(Stage(int(sys.argv[1])), os.environ["LEALTAD_BENCH_DATABASE_URL"], sys.argv[2], int(sys.argv[3])))
