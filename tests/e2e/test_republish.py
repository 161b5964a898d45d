"""Every service sends its whole history again, on the running stack: the same bytes, and nothing changes anywhere."""

import asyncio
from collections import Counter
from collections.abc import Mapping

import pytest

from lealtad.events.topics import TOPICS, Kind
from lealtad.kafka.client.end_offsets import Lookout
from lealtad.kafka.client.offset_ranges import OffsetRange, read_ranges
from lealtad.settings import ServiceSettings
from lealtad.testing.tables import rows_of
from lealtad_local import commands
from lealtad_local.services import SERVICES

from .world import World

pytestmark = [pytest.mark.stack, pytest.mark.slow]

FOR_EVER = "2000-01-01"
OnWire = tuple[bytes | None, tuple[tuple[str, bytes | None], ...], bytes | None]


async def tables(world: World) -> dict[str, Mapping[str, list[str]]]:
    """Return what every service knows, its journal and its counters."""
    found: dict[str, Mapping[str, list[str]]] = {}
    for service in SERVICES:
        url = commands.database_of(world.stage.stack, service)
        for schema in ("derived", "owned"):
            found[f"{service.name} {schema}"] = await rows_of(url, schema)
        platform = await rows_of(url, "platform")
        found[f"{service.name} platform"] = {
            name: platform[name] for name in ("sequence_counter", "emitted_event", "dead_letter")
        }
    return found


async def on_the_wire(world: World) -> dict[str, Counter[OnWire]]:
    """Return the records of every topic."""
    settings = ServiceSettings.model_validate(
        {
            "database_url": "postgresql://",
            "token_secret": "-" * 32,
            "kafka_bootstrap": commands.bootstrap(world.stage.stack),
        }
    )
    lookout = Lookout(settings)
    ends = await lookout.ends([topic.name for topic in TOPICS])
    await lookout.close()
    found: dict[str, Counter[OnWire]] = {topic.name: Counter() for topic in TOPICS}
    async for records in read_ranges(settings, {place: OffsetRange(0, end) for place, end in ends.items()}):
        for record in records:
            found[record.topic][record.key, record.headers, record.value] += 1
    return found


async def live_a_little(world: World) -> None:
    customer = await world.newcomer()
    for price in ("40.00", "15.00"):
        await world.buy(customer, price)
    case = await world.complain(customer)
    await world.settled()
    await world.respond(await world.decision(customer), "presented", "rejected")
    await world.resolve(case)
    await world.settled()


@pytest.mark.proof
async def test_a_whole_history_goes_out_again_unchanged_and_changes_nothing(world: World):
    await live_a_little(world)
    before, sent = await tables(world), await on_the_wire(world)

    for service in SERVICES:
        assert (
            await asyncio.to_thread(commands.run, world.stage.stack, service.name, "republish", "--since", FOR_EVER)
            == 0
        )
    await world.settled()

    again = await on_the_wire(world)
    for topic in TOPICS:
        assert set(again[topic.name]) == set(sent[topic.name])
        if topic.kind is not Kind.STATE:
            assert again[topic.name] == Counter({record: n + 1 for record, n in sent[topic.name].items()})
    assert await tables(world) == before
