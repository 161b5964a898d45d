"""A deployment of two services behind one address, as a reverse proxy gives, and the command beside it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import text
from starlette.types import ASGIApp, Receive, Scope, Send
from typer.testing import CliRunner

from complaints.service import SERVICE as COMPLAINTS
from customer_profile.service import SERVICE as CUSTOMER_PROFILE
from lealtad.app import Service
from lealtad.app.api import create_api
from lealtad.app.runtime import Runtime
from lealtad.app.server import QuietServer
from lealtad.clock import system_now
from lealtad.events.codec import Record
from lealtad.ids import new_id
from lealtad.journal import Entry
from lealtad.kafka.client.end_offsets import Lookout
from lealtad.kafka.consume import dead_letters
from lealtad.observability.health import Health
from lealtad.testing.postgres import settings_for
from lealtad.unit_of_work import Database
from lealtad_local import failures
from lealtad_local.cli import app

BOTH = (CUSTOMER_PROFILE, COMPLAINTS)
NO_KAFKA = "127.0.0.1:1"


@dataclass
class Proxy:
    """One address with a path for each service, as a reverse proxy gives."""

    apps: Mapping[str, ASGIApp]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, name, rest = scope["path"].split("/", 2)
        inner = {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode()}
        await self.apps[name](inner, receive, send)


@dataclass
class Answer:
    """The answer of a command, with the message of an expected error."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """The JSON at the end; the services of this process write their logs before it."""
        return json.loads(self.stdout.splitlines()[-1])


@dataclass
class There:
    """A deployment of two services behind one address."""

    port: int
    proxy: Proxy
    databases: Mapping[str, Database]
    token: str

    @property
    def targets(self) -> list[str]:
        return [f"--target={name}=http://127.0.0.1:{self.port}/{name}" for name in self.databases]

    async def lealtad(self, *arguments: str) -> Answer:
        """Run a command with this deployment as its target."""
        return await run(*self.targets, *arguments, LEALTAD_TOKEN=self.token)


async def run(*arguments: str, **variables: str) -> Answer:
    """Run a command in a home without a stack, beside the loop that serves the APIs."""
    environment = {"LEALTAD_HOME": "/nonexistent", "COLUMNS": "200", "LEALTAD_TARGET": "", **variables}
    result = await asyncio.to_thread(CliRunner().invoke, app, arguments, env=environment)
    told = failures.in_words(result.exception) if isinstance(result.exception, Exception) else ""
    return Answer(result.exit_code, result.stdout, result.stderr + told)


@asynccontextmanager
async def serving(api: ASGIApp, **tls: str) -> AsyncIterator[int]:
    """Serve `api` and yield the port."""
    options = uvicorn.Config(api, port=0, log_config=None, lifespan="off", loop="none", **tls)  # type: ignore[arg-type]
    server = QuietServer(options)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


def api_of(service: Service, database: Database) -> ASGIApp:
    settings = settings_for(service, database.engine.url, kafka_bootstrap=NO_KAFKA)
    health = Health()
    return create_api(Runtime(service, settings, database.clock, health, database, Lookout(settings)))


async def bury(database: Database, reason: str) -> str:
    """Store a dead letter and return its id."""
    record = Record("cases", 0, 7, None, (), b"odd")
    async with database.begin() as uow:
        await dead_letters.bury(uow, record, reason, Entry(new_id(), "event", "CaseOpened", new_id()))
        return str(await uow.connection.scalar(text("SELECT id FROM dead_letter ORDER BY id DESC LIMIT 1")))


async def buy(there: There) -> str:
    """Enter a purchase and return its event id."""
    body = {
        "source": {"system": "shop", "fact_id": "1", "customer_external_id": "1"},
        "occurred_at": "2011-03-01T08:00:00Z",
        "total": {"amount": "2.00", "currency": "EUR"},
        "lines": [{"sku": "mug", "quantity": "1", "unit_price": "2.00"}],
    }
    url = f"http://127.0.0.1:{there.port}/customer-profile/v1/purchases"
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {there.token}"}) as client:
        return str((await client.post(url, json=body)).raise_for_status().json()["event_id"])


def self_signed(folder: Path) -> Path:
    """Make a key and a certificate of localhost, and return the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(system_now() - timedelta(days=1)).not_valid_after(system_now() + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    pem = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "certificate.pem").write_bytes(pem)
    return folder / "certificate.pem"
