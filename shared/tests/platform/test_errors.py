"""Which failures are the event's own, so that it is put aside, and which pass or are the deploy's."""

import asyncio

import asyncpg
import pytest
import uvloop
from asyncpg import PostgresError
from sqlalchemy import text

from lealtad.errors import is_of_the_database, is_transient

from .echo import ECHO


async def failure_of(database, statement: str, **values: object) -> PostgresError:
    with pytest.raises(PostgresError) as failure:
        async with database.begin() as uow:
            await uow.connection.execute(text(statement), values)
    return failure.value


@pytest.mark.parametrize(
    "statement",
    ["SELECT 1 FROM not_migrated_yet", "SELECT not_migrated_yet FROM seen"],
    ids=["table", "column"],
)
async def test_a_missing_migration_puts_no_event_aside(database_for, statement):
    assert is_transient(await failure_of(await database_for(ECHO), statement))


@pytest.mark.parametrize(
    "statement",
    ["SELECT 1 / 0", "SELECT CAST('x' AS integer)", "SELECT '\\u0000'::jsonb", "INSERT INTO seen VALUES (NULL)"],
    ids=["division", "number", "NUL", "constraint"],
)
async def test_what_an_event_says_is_its_own_fault(database_for, statement):
    assert not is_transient(await failure_of(await database_for(ECHO), statement))


async def test_a_session_that_the_server_ended_is_no_fault_of_the_event(database_for):
    database = await database_for(ECHO)
    async with database.begin() as other:
        terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        # The driver may find the farewell before it asks, or in the place of the answer.
        with pytest.raises((PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)) as failure:
            async with database.begin() as uow:
                await uow.connection.execute(text("SELECT 1"))
                await other.connection.execute(text(f"{terminate} AND datname = current_database()"))
                await uow.connection.execute(text("SELECT 1"))
    assert is_transient(failure.value)
    assert is_of_the_database(failure.value)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        asyncio.IncompleteReadError(b"", 5),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("got result for unknown protocol state 3"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_connection_that_breaks_off_passes(error):
    assert is_transient(error)
    assert is_of_the_database(error)


def test_so_does_one_that_the_event_loop_finds_closed():
    async def write_after_close() -> None:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        async with server:
            _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.transport.abort()
            while True:
                await asyncio.sleep(0)
                writer.write(b"?")

    with pytest.raises(RuntimeError) as failure, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.wait_for(write_after_close(), 10))
    assert is_transient(failure.value)


def test_a_mistake_of_ours_does_not_pass():
    assert not is_transient(RuntimeError("a projection emits"))
