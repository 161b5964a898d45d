"""A small service with every HTTP habit, on a database of its own: shops keep a shelf of named things."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Annotated
from uuid import uuid4

import httpx
import pytest
import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from lealtad.clock import FixedClock
from lealtad.db.engine import Engine, asyncpg_url
from lealtad.db.platform_tables import PLATFORM
from lealtad.events.catalog.customer_profile import PurchaseLine, PurchaseRecorded
from lealtad.events.catalog.shared_types import FactSource
from lealtad.http import (
    SCOPES,
    Answer,
    Command,
    Page,
    PageWanted,
    Personal,
    Query,
    install_http_defaults,
    mint_token,
    not_found,
    problems,
    reads,
    require_match,
    writes,
)
from lealtad.money import Money
from lealtad.observability.failures import render_exception
from lealtad.observability.health import Health
from lealtad.observability.redaction import redact
from lealtad.observability.routes import health_routes
from lealtad.settings import ServiceSettings
from lealtad.testing.postgres import with_database
from lealtad.unit_of_work import Database, UnitOfWork

SHELF = """
CREATE SCHEMA platform;
CREATE SCHEMA owned;
CREATE TABLE owned.thing (name text PRIMARY KEY, version integer NOT NULL DEFAULT 1, amount integer NOT NULL);
"""


class Thing(BaseModel):
    name: str = Field(min_length=1, max_length=20)
    amount: int = Field(ge=0, le=1000)


router = APIRouter(prefix="/v1", tags=["things"])

UseCase = Callable[[UnitOfWork, Thing], Awaitable[Answer]]


@dataclass
class Storing:
    """What the route does; a test may put something in its place."""

    runs: int = 0
    use_case: UseCase | None = None

    async def __call__(self, uow: UnitOfWork, thing: Thing) -> Answer:
        self.runs += 1
        if self.use_case is not None:
            return await self.use_case(uow, thing)
        return await store_thing(uow, thing)


async def store_thing(uow: UnitOfWork, thing: Thing) -> Answer:
    await uow.connection.execute(text("INSERT INTO thing (name, amount) VALUES (:name, :amount)"), thing.model_dump())
    return Answer(thing, 201, {"location": "/v1/things"}, etag=1)


@router.post("/things", status_code=201, response_model=Thing, responses=problems(404))
async def put_on_shelf(
    request: Request, body: Thing, command: Annotated[Command, Depends(writes("facts:write"))]
) -> Response:
    """Put a thing on the shelf."""
    storing: Storing = request.app.state.storing
    return await command.run(lambda uow: storing(uow, body))


@router.put("/owners/{name}", response_model=Thing, responses=problems(404))
async def name_owner(
    request: Request, name: str, body: Thing, command: Annotated[Command, Depends(writes("facts:write"))]
) -> Response:
    """Say who owns a thing: personal data."""
    storing: Storing = request.app.state.storing

    async def answer_again(uow: UnitOfWork, given: Personal) -> Answer:
        name = given.address.rpartition("/")[2]
        amount = await uow.connection.scalar(text("SELECT amount FROM thing WHERE name = :name"), {"name": name})
        if amount is None:
            raise not_found("thing", "ref")
        return Answer({"name": name, "amount": amount, **given.kept}, etag=amount)

    return await command.run(lambda uow: storing(uow, body), again=answer_again)


@router.post("/batches", response_model=list[Thing])
async def put_many(body: list[Thing], command: Annotated[Command, Depends(writes("facts:write"))]) -> Response:
    """Put many things on the shelf."""

    async def count(_: UnitOfWork) -> Answer:
        return Answer(body)

    return await command.run(count)


@router.patch("/things/{name}", response_model=Thing, responses=problems(404, 412, 428))
async def change(
    name: str, body: Thing, command: Annotated[Command, Depends(writes("facts:write", if_match="required"))]
) -> Response:
    """Change a thing."""

    async def change_thing(uow: UnitOfWork) -> Answer:
        version = await uow.connection.scalar(text("SELECT version FROM thing WHERE name = :n FOR UPDATE"), {"n": name})
        if version is None:
            raise not_found("thing", name)
        require_match(command.if_match, version, required=True)
        await uow.connection.execute(
            text("UPDATE thing SET amount = :amount, version = version + 1 WHERE name = :n"),
            {"amount": body.amount, "n": name},
        )
        return Answer(body, etag=version + 1)

    return await command.run(change_thing)


@router.get("/things", response_model=Page[Thing])
async def list_things(page: PageWanted, query: Annotated[Query, Depends(reads("facts:read"))]) -> Response:
    """List the shelf by name."""

    async def read(uow: UnitOfWork) -> Page[Thing]:
        (after,) = page.after(str) or ("",)
        rows = await uow.connection.execute(
            text("SELECT name, amount FROM thing WHERE name > :after ORDER BY name LIMIT :limit"),
            {"after": after, "limit": page.limit},
        )
        things = [Thing(name=row.name, amount=row.amount) for row in rows]
        return Page.of(things, page.limit, cursor_of=lambda thing: (thing.name,))

    return await query.run(read)


@router.get("/broken")
async def broken() -> None:
    """Fail."""
    raise RuntimeError("the password is hunter2")


@pytest.fixture
def settings() -> ServiceSettings:
    return ServiceSettings(
        database_url="postgresql://nobody@localhost/none",
        token_secret="of-the-tests-and-of-nothing-else-0123456789",
        max_body_bytes=2048,
        max_batch_body_bytes=8192,
        clock_file=None,
        token_public_key=None,
    )


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """A database with the platform's tables and the shelf."""
    name = f"http_{uuid4().hex}"
    server = Engine(postgres_url, application="tests")
    async with server.connect() as connection:
        await connection.run(f"CREATE DATABASE {name}")
    url = with_database(postgres_url, name)
    engine = Engine(url, application="tests")
    async with engine.begin() as connection:
        await connection.run_script(SHELF)
    tables = create_async_engine(asyncpg_url(url))
    async with tables.begin() as described:
        await described.run_sync(PLATFORM.create_all)
    await tables.dispose()
    yield Database(engine, service="shelf", clock=FixedClock("2011-03-01T09:00:00Z"))
    await engine.dispose()
    async with server.connect() as connection:
        await connection.run(f"DROP DATABASE {name} WITH (FORCE)")
    await server.dispose()


@dataclass
class Shelf:
    """The service under test, and a client with a token of all scopes."""

    client: httpx.AsyncClient
    database: Database
    storing: Storing

    async def put(self, name: str, key: str | None = None, amount: int = 1) -> httpx.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.client.post("/v1/things", json={"name": name, "amount": amount}, headers=headers)

    async def names(self) -> list[str]:
        return [row["name"] for row in (await self.client.get("/v1/things")).json()["items"]]

    async def count(self, table: str) -> int:
        async with self.database.read() as uow:
            return int((await uow.connection.execute(text(f"SELECT count(*) FROM {table}"))).one()[0])


@pytest.fixture
def app(settings: ServiceSettings) -> FastAPI:
    """The service without a database; it logs as in production, without the slow pictures of structlog."""
    structlog.configure(processors=[render_exception, redact, structlog.processors.JSONRenderer()])
    app = FastAPI()
    install_http_defaults(app, settings, batch_paths=("/v1/batches",))
    app.include_router(router)
    app.include_router(health_routes(Health()))
    app.state.storing = Storing()
    app.state.runtime = SimpleNamespace(database=None, settings=settings, clock=None)
    return app


@pytest.fixture
async def client(app: FastAPI, settings: ServiceSettings) -> AsyncIterator[httpx.AsyncClient]:
    token = mint_token(settings, "tests", SCOPES)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://shelf", headers={"Authorization": f"Bearer {token}"}
    ) as client:
        yield client


@pytest.fixture
def shelf(app: FastAPI, client: httpx.AsyncClient, database: Database) -> Shelf:
    app.state.runtime.database = database
    return Shelf(client, database, app.state.storing)


@pytest.fixture
def store() -> UseCase:
    """What the route does unless a test says otherwise."""
    return store_thing


@pytest.fixture
def a_purchase() -> PurchaseRecorded:
    """An event that a use case may emit."""
    moment = datetime(2011, 3, 1, 9, tzinfo=UTC)
    return PurchaseRecorded(
        customer_id=uuid4(),
        source=FactSource(system="shop", fact_id="536365"),
        occurred_at=moment,
        recorded_at=moment,
        lines=[PurchaseLine(sku="85123A", quantity=6, unit_price="2.55")],
        total=Money(amount="15.30", currency="EUR"),
    )
