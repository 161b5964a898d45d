import asyncio

from lealtad.observability.health import Health, Heartbeat


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_loop_that_turns_is_alive_and_one_that_does_not_is_stuck():
    stopwatch = Stopwatch()
    health = Health()
    pulse = health.watch(Heartbeat("relay", 30, stopwatch))

    stopwatch.seconds = 30
    assert health.live().status == "ok"
    stopwatch.seconds = 31
    assert health.live().failures == {"relay": "relay has not turned for 31.0 s, 30.0 s are allowed"}
    pulse.beat()
    assert health.live().status == "ok"


def test_a_declared_wait_is_progress_and_its_end_is_not_forgotten():
    stopwatch = Stopwatch()
    pulse = Heartbeat("consumer", 30, stopwatch)

    pulse.declare_wait(60)
    stopwatch.seconds = 90
    assert pulse.failure() is None
    stopwatch.seconds = 91
    assert pulse.failure() is not None
    pulse.beat()
    stopwatch.seconds += 31
    assert pulse.failure() is not None


def test_a_loop_that_never_begins_is_found_out():
    stopwatch = Stopwatch()
    pulse = Heartbeat("due", 5, stopwatch)

    stopwatch.seconds = 6

    assert pulse.failure() is not None


async def test_readiness_names_every_check_that_fails_and_why():
    async def well() -> str | None:
        return None

    async def behind() -> str | None:
        return "one migration behind"

    async def broken() -> str | None:
        raise ConnectionRefusedError("postgresql://user:secret@db")

    async def hanging() -> str | None:
        await asyncio.Event().wait()
        return None

    health = Health(check_timeout_s=0.01)
    for name, check in {"a": well, "b": behind, "c": broken, "d": hanging}.items():
        health.check(name, check)

    report = await health.ready()

    assert report.failures == {
        "b": "one migration behind",
        "c": "failed with ConnectionRefusedError",
        "d": "no answer within 0.01 s",
    }
    assert report.http_status == 503


async def test_a_stopping_process_is_alive_but_not_ready():
    health = Health()
    health.stop()

    assert health.live().status == "ok"
    assert (await health.ready()).failures == {"process": "stopping"}
