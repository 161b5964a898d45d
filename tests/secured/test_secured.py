"""Kafka with TLS and accounts, PostgreSQL with TLS: settings alone make every process use them."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from fastapi import FastAPI, Request

from lealtad.kafka.security import connection_options
from lealtad.kafka.topics import TopicSettings, create
from lealtad_demo.stage import Stage
from lealtad_local.home import Home
from lealtad_local.ports import HOST, free_port
from lealtad_local.postgres import PostgresServer
from lealtad_local.stack import running_stack, wipe
from lealtad_local.state import Options

from .certificates import Certificates, make_certificates
from .servers import ACCOUNT, PASSWORD, SecuredKafka, tls_door

pytestmark = [pytest.mark.proof, pytest.mark.stack, pytest.mark.slow]

NOON = datetime(2011, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("secured")


@pytest.fixture(scope="module")
def certificates(folder: Path) -> Certificates:
    return make_certificates(folder)


@pytest.fixture(scope="module")
def kafka(folder: Path, certificates: Certificates) -> Iterator[SecuredKafka]:
    server = SecuredKafka(folder / "kafka", certificates)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, kafka: SecuredKafka, certificates: Certificates) -> None:
    """Set what a process needs to sign in."""
    monkeypatch.setenv("LEALTAD_KAFKA_BOOTSTRAP", kafka.secured)
    monkeypatch.setenv("LEALTAD_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("LEALTAD_KAFKA_CA_FILE", str(certificates.authority))
    monkeypatch.setenv("LEALTAD_KAFKA_USERNAME", ACCOUNT)
    monkeypatch.setenv("LEALTAD_KAFKA_PASSWORD", PASSWORD)


@pytest.fixture
def secured_postgres(monkeypatch: pytest.MonkeyPatch, folder: Path, certificates: Certificates) -> Iterator[None]:
    server = PostgresServer(folder / "postgres")
    server.start()
    password = json.loads((folder / "postgres" / "server.json").read_text())["password"]
    with tls_door(server.port, certificates) as port:
        options = f"sslmode=verify-full&sslrootcert={certificates.authority}"
        monkeypatch.setenv("LEALTAD_POSTGRES_URL", f"postgresql://postgres:{password}@{HOST}:{port}/postgres?{options}")
        yield
    server.stop()


@pytest.fixture
async def token_server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """Yield the grants that a server of tokens was asked for."""
    asked: list[str] = []
    app = FastAPI()

    @app.post("/token")
    async def token(request: Request) -> dict[str, object]:
        asked.append((await request.body()).decode())
        return {"access_token": _unsigned_token(), "expires_in": 3600}

    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_config=None))
    serving = asyncio.create_task(server.serve())
    monkeypatch.setenv("LEALTAD_KAFKA_SASL_MECHANISM", "OAUTHBEARER")
    monkeypatch.setenv("LEALTAD_KAFKA_TOKEN_URL", f"http://{HOST}:{port}/token")
    yield asked
    server.should_exit = True
    await serving


def _unsigned_token() -> str:
    now = int(time.time())
    parts = ({"alg": "none"}, {"sub": ACCOUNT, "iat": now, "exp": now + 3600})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, ""])


@pytest.mark.usefixtures("account", "secured_postgres")
async def test_a_purchase_reaches_a_decision_where_kafka_and_postgresql_demand_tls(tmp_path: Path):
    home = Home(tmp_path / "home")
    try:
        with running_stack(home, Options(clock=NOON)) as stack:
            async with Stage.on(stack) as stage:
                fact = {
                    "source": {"system": "shop", "fact_id": "1", "customer_external_id": "1"},
                    "occurred_at": NOON.isoformat(),
                    "total": {"amount": "10.00", "currency": "EUR"},
                    "lines": [{"sku": "A", "quantity": "1", "unit_price": "10.00"}],
                }
                await stage.apis.post("customer-profile", "/v1/purchases", fact)
                await stage.settled()
                decision = await stage.apis.get("campaigns", "/v1/customers/shop:1/next-best-action")
                assert decision["customer_id"]
    finally:
        wipe(home)


@pytest.mark.usefixtures("account")
async def test_a_process_signs_in_with_tokens_of_an_oauth_server(token_server: list[str]):
    settings = TopicSettings(topic_prefix="by-token", topic_partitions=1)
    await create(settings)
    options = connection_options(settings)
    producer = AIOKafkaProducer(**options)
    consumer = AIOKafkaConsumer("by-token.activity", auto_offset_reset="earliest", **options)
    await producer.start()
    await producer.send_and_wait("by-token.activity", b"1")
    await consumer.start()
    record = await asyncio.wait_for(consumer.getone(), 20)
    await consumer.stop()
    await producer.stop()

    assert record.value == b"1"
    assert set(token_server) == {"grant_type=client_credentials"}
