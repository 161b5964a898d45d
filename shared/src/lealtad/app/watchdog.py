"""End a process whose loops do not turn: a thread of its own checks them even when the event loop is stuck."""

import asyncio
import os
import threading

import structlog

from lealtad.app.stacks import stacks
from lealtad.observability.health import Health, Heartbeat

log = structlog.get_logger(__name__)

LOOK_S = 1.0
TICK_S = 0.1
"""So exactly is measured how long the event loop stands; ten turns a second cost it a third of a millisecond."""
EXIT_STUCK = 70
"""EX_SOFTWARE of sysexits.h."""


async def beat_for_ever(heartbeat: Heartbeat) -> None:
    """Show that the event loop turns, until cancelled."""
    while True:
        heartbeat.declare_wait(TICK_S)
        await asyncio.sleep(TICK_S)


class Watchdog:
    """A thread that checks the heartbeats once a second."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._loop = asyncio.get_running_loop()
        self._hanging: set[str] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread."""
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(LOOK_S):
            if failures := self._health.live().failures:
                log.critical("process_is_stuck", failures=failures, stacks=stacks(self._loop))
                os._exit(EXIT_STUCK)
            self._log_new_hangs()

    def _log_new_hangs(self) -> None:
        """Log all stacks once when a loop has used half of its time: the log then names the step that hangs."""
        hanging = {pulse.name for pulse in self._health.heartbeats.values() if pulse.is_half_over}
        if new := sorted(hanging - self._hanging):
            log.warning("loop_hangs", loops=new, stacks=stacks(self._loop))
        self._hanging = hanging
