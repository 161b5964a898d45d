"""Health: alive by progress (a loop that turns, or waits as it said it would), ready by checks with reasons."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel, Field

CHECK_TIMEOUT_S = 2.0

Check = Callable[[], Awaitable[str | None]]
"""Returns None when all is well, else the reason why not."""


@dataclass(slots=True)
class Heartbeat:
    """The pulse of one loop: it is alive if it turned within `max_age_s`, or within a wait it declared plus that."""

    name: str
    max_age_s: float
    monotonic: Callable[[], float] = time.monotonic
    _turned: float = field(init=False)
    _wait_s: float = field(init=False, default=0.0)
    _longest_stand_s: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        """Count from now: a loop that never begins is found out too."""
        self._turned = self.monotonic()

    def beat(self) -> None:
        """Say that the loop has turned."""
        self._longest_stand_s = max(self._longest_stand_s, self.age_s - self._wait_s)
        self._turned = self.monotonic()
        self._wait_s = 0.0

    def declare_wait(self, seconds: float) -> None:
        """Say that the loop now waits so long on purpose (a back-off); counts as a turn."""
        self.beat()
        self._wait_s = seconds

    @property
    def age_s(self) -> float:
        """Seconds since the last turn."""
        return self.monotonic() - self._turned

    def take_longest_stand(self) -> float:
        """Return the longest time, in seconds, between two turns since this was last asked, less declared waits."""
        longest, self._longest_stand_s = self._longest_stand_s, 0.0
        return longest

    @property
    def limit_s(self) -> float:
        """Seconds that the loop may take until its next turn, with the wait that it declared."""
        return self.max_age_s + self._wait_s

    @property
    def is_half_over(self) -> bool:
        """Whether the loop has used half of the time that it may take, beyond the wait that it declared."""
        return self.age_s - self._wait_s > self.max_age_s / 2

    def failure(self) -> str | None:
        """Return why the loop is held to be stuck, or None."""
        if self.age_s <= self.limit_s:
            return None
        return f"{self.name} has not turned for {self.age_s:.1f} s, {self.limit_s:.1f} s are allowed"


class HealthReport(BaseModel):
    """The state of a process, and the reason of each failure by the name of its check."""

    status: Literal["ok", "failing"]
    failures: dict[str, str] = Field(default_factory=dict)

    @property
    def http_status(self) -> HTTPStatus:
        """200, or 503 while anything fails."""
        return HTTPStatus.OK if self.status == "ok" else HTTPStatus.SERVICE_UNAVAILABLE


class Health:
    """The heartbeats and readiness checks of one process."""

    def __init__(self, check_timeout_s: float = CHECK_TIMEOUT_S) -> None:
        self.heartbeats: dict[str, Heartbeat] = {}
        self._checks: dict[str, Check] = {}
        self._check_timeout_s = check_timeout_s
        self._stopping = False
        self._looking: asyncio.Task[HealthReport] | None = None

    def heartbeat(self, name: str, max_age_s: float) -> Heartbeat:
        """Register a loop and return its heartbeat."""
        return self.watch(Heartbeat(name, max_age_s))

    def watch(self, heartbeat: Heartbeat) -> Heartbeat:
        """Register `heartbeat` and return it."""
        self.heartbeats[heartbeat.name] = heartbeat
        return heartbeat

    def check(self, name: str, check: Check) -> None:
        """Register what must hold before work is sent here; `check` is cancelled after the time-out."""
        self._checks[name] = check

    def stop(self) -> None:
        """Say that the process is stopping: alive, but no longer ready."""
        self._stopping = True

    def live(self) -> HealthReport:
        """Return whether every loop makes progress; the process is to be restarted when not."""
        return _report({name: pulse.failure() for name, pulse in self.heartbeats.items()})

    async def ready(self) -> HealthReport:
        """Return whether work may be sent here: alive, not stopping, and every check passes.

        All who ask while the checks run get their outcome: nobody needs a token to ask, and they use the database.
        """
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(self._looking)

    async def _look(self) -> HealthReport:
        reasons: dict[str, str | None] = dict(self.live().failures)
        if self._stopping:
            reasons["process"] = "stopping"
        results = await asyncio.gather(*map(self._run, self._checks.values()))
        return _report({**reasons, **dict(zip(self._checks, results, strict=True))})

    async def _run(self, check: Check) -> str | None:
        try:
            return await asyncio.wait_for(check(), self._check_timeout_s)
        except TimeoutError:
            return f"no answer within {self._check_timeout_s:g} s"
        except Exception as error:  # noqa: BLE001 -- whatever a check raises is a reason not to be ready
            # Only the kind: a message may quote addresses and credentials.
            return f"failed with {type(error).__name__}"


def _report(reasons: dict[str, str | None]) -> HealthReport:
    failures = {name: reason for name, reason in reasons.items() if reason is not None}
    return HealthReport(status="failing" if failures else "ok", failures=failures)
