"""Kafka on this machine: what was acknowledged survives SIGKILL, and nothing outlives its parent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from lealtad_local.jars import Jar, JarsUnavailableError, kafka_jars
from lealtad_local.kafka import KafkaServer, kafka_bootstrap, start_kafka

TOPIC = TopicPartition("facts", 0)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    server = start_kafka(tmp_path_factory.mktemp("kafka"))
    yield server
    server.discard()


async def create_topic(server: KafkaServer) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=server.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC.topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def send(server: KafkaServer, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=server.bootstrap, enable_idempotence=True) as producer:
        await producer.send_and_wait(TOPIC.topic, value, partition=TOPIC.partition)


async def everything(server: KafkaServer) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=server.bootstrap)
    async with consumer:
        consumer.assign([TOPIC])
        await consumer.seek_to_beginning()
        end = (await consumer.end_offsets([TOPIC]))[TOPIC]
        return [(await consumer.getone()).value for _ in range(end)]


async def test_what_was_acknowledged_survives_sigkill_and_restart_on_the_same_port(server: KafkaServer) -> None:
    await create_topic(server)
    await send(server, b"one")
    address = server.bootstrap
    server.kill()
    server.start()
    await send(server, b"two")
    server.restart()
    assert server.bootstrap == address
    assert await everything(server) == [b"one", b"two"]


def test_a_frozen_server_does_not_answer_until_it_is_thawed(server: KafkaServer) -> None:
    server.freeze()
    assert not server.answers()
    server.thaw()
    assert server.answers()


def test_a_configured_server_is_used_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEALTAD_KAFKA_BOOTSTRAP", "elsewhere:9092")
    with kafka_bootstrap(tmp_path) as bootstrap:
        assert bootstrap == "elsewhere:9092"
    assert not list(tmp_path.iterdir())


def test_a_jar_counts_only_with_the_locked_content(tmp_path: Path) -> None:
    jar = Jar.parse("org.example:tool:1.0 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")
    assert not jar.is_in(tmp_path)
    path = jar.path(tmp_path)
    assert path == tmp_path / "org/example/tool/1.0/tool-1.0.jar"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"foo")
    assert jar.is_in(tmp_path)
    path.write_bytes(b"fo")
    assert not jar.is_in(tmp_path)


def test_jars_that_cannot_be_had_are_told_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for proxy in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    with pytest.raises(JarsUnavailableError, match="LEALTAD_KAFKA_BOOTSTRAP"):
        kafka_jars()
