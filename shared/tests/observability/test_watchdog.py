"""A loop that hangs is logged with the stacks of all threads and tasks, before its process is ended."""

import asyncio
import threading

from structlog.testing import capture_logs

from lealtad.app.stacks import stacks
from lealtad.app.watchdog import Watchdog
from lealtad.observability.health import Health, Heartbeat


async def wait_for_a_secret(secret: str) -> None:
    await asyncio.get_running_loop().create_future()


async def test_the_step_in_which_a_task_hangs_is_named_without_any_value():
    task = asyncio.create_task(wait_for_a_secret("ana@example.org"), name="consumer")
    await asyncio.sleep(0)

    found = await asyncio.to_thread(stacks, asyncio.get_running_loop())
    task.cancel()

    assert found["task consumer"][-1].endswith("wait_for_a_secret")
    assert any(name.startswith("thread MainThread") for name in found)
    assert "ana@example.org" not in str(found)


async def test_a_blocked_thread_shows_where_it_stands():
    go_on = threading.Event()
    blocked = threading.Thread(target=go_on.wait, name="blocked")
    blocked.start()

    found = stacks(asyncio.get_running_loop())
    go_on.set()
    blocked.join()

    assert found["thread blocked"][-1].endswith("Condition.wait")


async def test_a_loop_is_logged_once_each_time_it_has_used_half_of_its_limit():
    moment = [0.0]
    health = Health()
    pulse = health.watch(Heartbeat("consumer", 30, monotonic=lambda: moment[0]))
    watchdog = Watchdog(health)
    logged = []
    for at, beats in ((14, False), (16, False), (20, False), (21, True), (37, False)):
        moment[0] = at
        if beats:
            pulse.beat()
        with capture_logs() as lines:
            watchdog._log_new_hangs()
        logged.append([(line["event"], line["loops"]) for line in lines])

    assert logged == [[], [("loop_hangs", ["consumer"])], [], [], [("loop_hangs", ["consumer"])]]


async def test_a_wait_on_purpose_is_no_hang():
    moment = [0.0]
    pulse = Heartbeat("housekeeping", 30, monotonic=lambda: moment[0])
    pulse.declare_wait(3600)
    moment[0] = 3610

    assert not pulse.is_half_over
