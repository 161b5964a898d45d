"""Health: a process is live when its loops make progress, or wait as declared; it is ready when its checks pass."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel, Field

CHECK_TIMEOUT_S = 2.0

Check = Callable[[], Awaitable[str | None]]
"""A function that returns None when all is well, else the reason."""


@dataclass(slots=True)
class Heartbeat:
    """The heartbeat of one loop, which is alive if it turned within `max_age_s` plus its declared wait."""

    name: str
    max_age_s: float
    monotonic: Callable[[], float] = time.monotonic
    _turned: float = field(init=False)
    _wait_s: float = field(init=False, default=0.0)
    _longest_stand_s: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        """Begin to count now, so that a loop that never begins counts as stuck, too."""
        self._turned = self.monotonic()

    def beat(self) -> None:
        """Record that the loop has turned."""
        self._longest_stand_s = max(self._longest_stand_s, self.age_s - self._wait_s)
        self._turned = self.monotonic()
        self._wait_s = 0.0

    def declare_wait(self, seconds: float) -> None:
        """Record a turn, and declare that the loop waits `seconds` on purpose (a back-off)."""
        self.beat()
        self._wait_s = seconds

    @property
    def age_s(self) -> float:
        """Return the seconds since the last turn."""
        return self.monotonic() - self._turned

    def pop_longest_stand(self) -> float:
        """Return the longest time between two turns since the last call, in seconds, without declared waits."""
        longest, self._longest_stand_s = self._longest_stand_s, 0.0
        return longest

    @property
    def limit_s(self) -> float:
        """Return the seconds that the loop may take until its next turn, with its declared wait."""
        return self.max_age_s + self._wait_s

    @property
    def is_half_over(self) -> bool:
        """Return whether the loop has used half of the time that it may take, beyond the wait that it declared."""
        return self.age_s - self._wait_s > self.max_age_s / 2

    def failure(self) -> str | None:
        """Return the reason why the loop counts as stuck, or None."""
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
        self._running_checks: asyncio.Task[HealthReport] | None = None

    def heartbeat(self, name: str, max_age_s: float) -> Heartbeat:
        """Register a loop and return its heartbeat."""
        return self.watch(Heartbeat(name, max_age_s))

    def watch(self, heartbeat: Heartbeat) -> Heartbeat:
        """Register `heartbeat` and return it."""
        self.heartbeats[heartbeat.name] = heartbeat
        return heartbeat

    def check(self, name: str, check: Check) -> None:
        """Register a condition for readiness; `check` is cancelled after the time-out."""
        self._checks[name] = check

    def stop(self) -> None:
        """Record that the process is stopping: it is alive, but no longer ready."""
        self._stopping = True

    def live(self) -> HealthReport:
        """Return whether every loop makes progress; if not, the process is to be restarted."""
        return _report({name: heartbeat.failure() for name, heartbeat in self.heartbeats.items()})

    async def ready(self) -> HealthReport:
        """Return whether work may be sent here: alive, not stopping, and every check passes.

        All callers during a run of the checks get its outcome: callers need no token, and checks use the database.
        """
        if self._running_checks is None or self._running_checks.done():
            self._running_checks = asyncio.create_task(self._run_checks())
        return await asyncio.shield(self._running_checks)

    async def _run_checks(self) -> HealthReport:
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
        except Exception as error:  # noqa: BLE001 -- any error of a check is a reason not to be ready
            # Only the kind: a message may quote addresses and credentials.
            return f"failed with {type(error).__name__}"


def _report(reasons: dict[str, str | None]) -> HealthReport:
    failures = {name: reason for name, reason in reasons.items() if reason is not None}
    return HealthReport(status="failing" if failures else "ok", failures=failures)
