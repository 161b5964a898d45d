"""Progress of a service: rows not relayed, records not read, work due and not done."""

from collections.abc import Sequence
from typing import Any

from aiokafka.errors import KafkaError
from pydantic import BaseModel, Field
from sqlalchemy import text

from lealtad.due import DueAction, backlog
from lealtad.due.backlog import COUNTED
from lealtad.events.subscriptions import Reader
from lealtad.kafka.client.end_offsets import Lookout
from lealtad.kafka.consume import positions
from lealtad.kafka.offsets import TopicPartition
from lealtad.unit_of_work import Database

OPEN = "replayed_at IS NULL AND discarded_at IS NULL"
STATE = text(f"""
    SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT {COUNTED}) AS counted) AS rows,
           (SELECT extract(epoch FROM clock_timestamp() - stored_at)
            FROM outbox ORDER BY lane, seq LIMIT 1) AS oldest_s,
           (SELECT count(*) FROM (SELECT FROM pending_reaction LIMIT {COUNTED}) AS counted) AS pending,
           (SELECT count(*) FROM (SELECT FROM dead_letter WHERE {OPEN} LIMIT {COUNTED}) AS open) AS dead,
           (SELECT reason FROM hold) AS held
""")


class OutboxProgress(BaseModel):
    """What waits for the relay."""

    rows: int = Field(description=f"To be sent, or sent within the last moments; at most {COUNTED} are counted")
    oldest_s: float | None


class Progress(BaseModel):
    """One service's progress; `settled` when nothing is under way and nothing is due."""

    service: str
    process: str
    now: str = Field(description="Business time")
    outbox: OutboxProgress
    due: dict[str, int] = Field(description=f"Due and not yet taken, by action; at most {COUNTED} are counted")
    pending_reactions: int = Field(
        description="Customers whose evaluation waits for a follow-up event, or for the end of a backfill"
    )
    dead_letters: int
    positions: dict[str, int] = Field(description="Next offset by topic/partition, as the database holds it")
    lag: dict[str, int] | None = Field(description="End offset minus position; null while Kafka cannot be asked")
    workers: list[str] | None = Field(
        default=None, description="Workers at work, which the API asks Kafka for; null while that cannot be asked"
    )
    paused: list[str] = Field(default_factory=list, description="Partitions this process pauses after a failure")
    held: str | None = Field(
        default=None, description="Why the workers stand still: database and Kafka do not belong together as they are"
    )
    settled: bool


async def read_progress(
    database: Database,
    lookout: Lookout,
    reader: Reader,
    group: str,
    actions: Sequence[DueAction],
    *,
    process: str,
    paused: Sequence[str] = (),
) -> Progress:
    """Return the progress of the whole service, whichever process is asked.

    The parts are read in the order in which work moves through them: due work and reactions, outbox, topics. So two
    readings in turn of all services, settled and with the same positions, prove that no event was hidden between them.
    """
    async with database.read() as uow:
        now = uow.now
        stored = await positions.all_of(uow.connection, group)
        due = await backlog.counted(uow.connection, actions, now)
        state = (await uow.connection.execute(STATE)).one()
    lag = await _lag(lookout, reader, stored)
    idle = state.held is None and state.rows == 0 and state.pending == 0 and not any(due.values())
    return Progress(
        service=reader.service,
        process=process,
        now=now.isoformat(),
        outbox=OutboxProgress(rows=state.rows, oldest_s=_float(state.oldest_s)),
        due=due,
        pending_reactions=state.pending,
        dead_letters=state.dead,
        positions={f"{place.topic}/{place.partition}": number for place, number in sorted(stored.items())},
        lag=lag,
        paused=list(paused),
        held=state.held,
        settled=idle and lag is not None and not any(lag.values()),
    )


async def _lag(lookout: Lookout, reader: Reader, stored: dict[TopicPartition, int]) -> dict[str, int] | None:
    try:
        ends = await lookout.ends([topic.name for topic in reader.topics])
    except (KafkaError, OSError, TimeoutError):
        return None
    if not stored.keys() <= ends.keys():
        return None  # Brokers that just started name some partitions only; the lag of the others is not known.
    return {f"{place.topic}/{place.partition}": end - stored.get(place, 0) for place, end in sorted(ends.items())}


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
