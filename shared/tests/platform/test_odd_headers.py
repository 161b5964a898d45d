"""A header name that is no UTF-8 costs at most its own record: not the worker, and not the records beside it."""

from uuid import UUID

import pytest
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.structs import ConsumerRecord, TopicPartition
from sqlalchemy import text

from lealtad.ids import new_id
from lealtad.kafka.client.reading_client import install_tolerant_parser
from lealtad.testing.builders import a_record, an_event
from lealtad.testing.postgres import TestDatabases

from .conftest import Bus, WorkerFactory, until
from .echo import ECHO
from .odd_records import GZIP, RawName, batch_of, send_in_one_batch
from .publishing import a_purchase

ODD = (RawName(b"caf\xe9"), b"1")
APPLIED = text("SELECT key FROM journal WHERE outcome = 'applied' AND kind = 'event'")
LETTERS = text('SELECT topic, partition, "offset", key, value FROM dead_letter')


def purchase_of(customer: UUID, *more):
    record = a_record(an_event(a_purchase(customer), key=customer))
    return record.key, record.value, [*record.headers, *more]


def read(data: bytes, position: int = 0) -> list[ConsumerRecord]:
    """Parse what a fetch from `position` brought, as the client does."""
    install_tolerant_parser()
    records = fetcher.MemoryRecords(data)
    partition = TopicPartition("topic", 0)
    return list(fetcher.PartitionRecords(partition, records, None, position, None, None, True, 0))


@pytest.mark.parametrize("compression", [0, GZIP], ids=["plain", "gzip"])
def test_all_records_around_an_odd_header_name_are_read_once(compression: int) -> None:
    records = [(b"%d" % number, b"value", [("name", b"1"), ODD] if number in {2, 3} else []) for number in range(6)]

    found = read(batch_of(records, compression))

    assert [record.offset for record in found] == list(range(6))
    assert [record.key for record in found] == [key for key, _, _ in records]
    assert {record.value for record in found} == {b"value"}
    assert found[2].headers == found[3].headers == (("name", b"1"), ("caf\N{REPLACEMENT CHARACTER}", b"1"))
    assert found[4].headers == ()


def test_reading_may_begin_behind_the_odd_record_of_a_batch() -> None:
    records = [(b"first", b"", [ODD]), (b"second", b"", []), (b"third", b"", [])]

    assert [record.key for record in read(batch_of(records), position=1)] == [b"second", b"third"]


def test_bytes_that_are_no_batch_are_refused_as_before() -> None:
    broken = bytearray(batch_of([(b"key", b"value", [])]))
    broken[-1] ^= 0xFF

    with pytest.raises(CorruptRecordException):
        read(bytes(broken))


async def test_a_record_with_an_odd_header_is_read_or_put_aside_with_its_place(
    bus: Bus, databases: TestDatabases, worker_of: WorkerFactory
):
    before, odd, after = (new_id() for _ in range(3))
    junk = (b"a key", b"no event", [ODD])
    await send_in_one_batch(bus, "activity", [purchase_of(before), purchase_of(odd, ODD), junk, purchase_of(after)])

    async with worker_of(ECHO, await databases.create_url(ECHO)) as (_, runtime):

        async def all_are_applied() -> bool:
            async with runtime.database.read() as uow:
                return set((await uow.connection.execute(APPLIED)).scalars()) == {before, odd, after}

        await until(all_are_applied)
        async with runtime.database.read() as uow:
            [letter] = await uow.connection.execute(LETTERS)

    assert letter == ("activity", 0, 2, b"a key", b"no event")
