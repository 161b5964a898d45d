"""Progress is told from a client of its own."""

from lealtad.ids import new_id
from lealtad.kafka.positions import Place
from lealtad.kafka.progress import read_progress

from .conftest import WorkerFactory, until
from .echo import ECHO
from .publishing import publish


async def test_a_worker_that_read_everything_is_settled_and_its_input_is_confirmed_fresh(
    bus, databases, worker_of: WorkerFactory
):
    async with worker_of(ECHO, await databases.create_url(ECHO)) as (_, runtime):
        await publish(bus, new_id())

        async def progress():
            return await read_progress(
                runtime.database, runtime.lookout, ECHO.reader, runtime.group, ECHO.due_actions, process="worker"
            )

        await bus.read("scores", 1)

        async def settled() -> bool:
            return (await progress()).settled

        await until(settled)
        found = await progress()
        assert sum(found.positions.values()) == 1
        assert found.lag is not None
        assert set(found.lag) == {f"{topic.name}/{number}" for topic in ECHO.reader.topics for number in range(3)}
        assert "activity-backfill/0" in found.lag
        ends = await runtime.lookout.ends(["activity", "cases", "customers", "offers"])
        assert sum(ends.values()) == 1
        assert Place("activity", 0) in ends
