"""How connections are set up."""

from sqlalchemy import text

from .echo import ECHO


async def test_the_server_soon_notices_a_client_whose_machine_died(database_for):
    database = await database_for(ECHO)
    async with database.read() as uow:
        probes = [
            int(await uow.connection.scalar(text(f"SHOW tcp_keepalives_{name}")))
            for name in ("idle", "interval", "count")
        ]

    idle, interval, count = probes
    assert 0 < idle + interval * count <= 30
