"""Stored positions that do not belong to the topics end the worker, which says so."""

import asyncio

import pytest

from lealtad.kafka.client.end_offsets import cluster_id
from lealtad.kafka.consume import positions
from lealtad.kafka.consume.consumer import Consumer
from lealtad.kafka.consume.positions import BeyondEndError
from lealtad.kafka.naming import group_of
from lealtad.kafka.offsets import TopicPartition
from lealtad.observability.health import Heartbeat
from lealtad.testing.postgres import settings_for

from .echo import ECHO


async def test_a_topic_that_ends_before_the_stored_position_ends_the_worker(bus, database_for):
    database = await database_for(ECHO)
    url = database.engine.url
    settings = settings_for(ECHO, url, kafka_bootstrap=bus.address, topic_prefix=bus.prefix)
    place, cluster = TopicPartition("activity", 1), await cluster_id(settings)
    async with database.begin() as uow:
        await positions.create(uow.connection, group_of(settings, ECHO.name), {place: 1000}, cluster)

    consumer = Consumer(settings, database, ECHO.processing, Heartbeat("consumer", 60))
    with pytest.raises(BeyondEndError, match="activity/1 was read up to 1000 but ends at 0"):
        await asyncio.wait_for(consumer.run(), 30)
