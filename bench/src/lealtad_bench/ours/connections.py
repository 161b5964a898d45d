"""All connections of the benchmark to a running stack."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from lealtad_bench.ours.api import CONNECTIONS, Api
from lealtad_bench.ours.watch import Watch, watching
from lealtad_demo.client import CAMPAIGNS
from lealtad_local.kafka import KafkaServer
from lealtad_local.postgres import PostgresServer
from lealtad_local.services import SERVICES
from lealtad_local.stack import Stack


@dataclass(frozen=True, slots=True)
class Connections:
    """Open connections to one stack."""

    stack: Stack
    api: Api
    operations: httpx.AsyncClient
    """For `/progress`."""
    watch: Watch

    @property
    def admin_url(self) -> str:
        """Return the superuser's address of PostgreSQL."""
        return PostgresServer(self.stack.home.postgres).url

    @property
    def kafka_bootstrap(self) -> str:
        """Return the broker's address."""
        return KafkaServer(self.stack.home.kafka).bootstrap


@asynccontextmanager
async def connected(stack: Stack, each: int = CONNECTIONS) -> AsyncIterator[Connections]:
    """Open all connections for the time of the block, at most `each` to one service."""
    bootstrap = KafkaServer(stack.home.kafka).bootstrap
    async with AsyncExitStack() as resources:
        api = await resources.enter_async_context(Api.of(stack, each))
        operations = await resources.enter_async_context(stack.client())
        watch = await resources.enter_async_context(
            watching(api, bootstrap, stack.state.partitions, database_url_of(stack, CAMPAIGNS))
        )
        yield Connections(stack, api, operations, watch)


def database_url_of(stack: Stack, service: str) -> str:
    """Return the superuser's address of a service's database."""
    (database,) = (each.database for each in SERVICES if each.name == service)
    return urlsplit(PostgresServer(stack.home.postgres).url)._replace(path=f"/{database}").geturl()
