"""How connections are set up."""

from sqlalchemy import text
from sqlalchemy.engine import make_url

from lealtad.db.engine import Engine

from .conftest import until
from .echo import ECHO

OTHER_SESSIONS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def test_the_server_soon_notices_a_client_whose_machine_died(database_for):
    local = (await database_for(ECHO)).engine
    async with local.connect() as connection:
        port = await connection.scalar(text("SELECT CAST(current_setting('port') AS int)"))
    by_tcp = make_url(local.url).set(host="127.0.0.1", port=port).difference_update_query(["host", "port"])
    engine = Engine(by_tcp.render_as_string(hide_password=False), application="test")
    async with engine.connect() as connection:
        probes = [
            int(await connection.scalar(text(f"SHOW tcp_keepalives_{name}"))) for name in ("idle", "interval", "count")
        ]
    await engine.dispose()

    idle, interval, count = probes
    assert 0 < idle + interval * count <= 30


async def test_a_request_after_a_restart_of_the_server_takes_no_connection_that_ended_with_it(database_for):
    database = await database_for(ECHO)
    admin = Engine(database.engine.url, application="admin")
    async with database.read() as first, database.read() as second:
        for uow in (first, second):
            await uow.connection.execute(text("SELECT 1"))
    async with admin.connect() as connection:
        await connection.execute(text(f"SELECT pg_terminate_backend(pid) {OTHER_SESSIONS}"))

        async def all_ended() -> bool:
            return await connection.scalar(text(f"SELECT count(*) {OTHER_SESSIONS}")) == 0

        await until(all_ended)
    await admin.dispose()

    for _ in range(3):
        async with database.read() as uow:
            assert await uow.connection.scalar(text("SELECT 1")) == 1
