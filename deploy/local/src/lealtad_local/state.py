"""The state file of a running stack: the supervisor writes it, all other programs read it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from lealtad_local.home import Home
from lealtad_local.processes import Identity
from lealtad_local.server import write_private

PARTITIONS = 4
"""Partitions of each topic of a new local stack: enough for the workers of one machine, and cheap when idle."""
PARTITIONS_BEFORE = 12
"""Partitions of each topic of a stack from before the setting: its state file does not name the number."""


class Phase(StrEnum):
    """The status of the whole stack."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    STOPPED = "stopped"


class Status(StrEnum):
    """The status of one process."""

    STARTING = "starting"
    READY = "ready"
    BACKING_OFF = "backing off"
    STOPPED = "stopped"


class Options(BaseModel):
    """The options of `lealtad up`."""

    workers: int = 1
    """Worker processes per service."""
    clock: datetime | None = None
    """The start of the stack clock, UTC; None: the machine's time."""
    fresh: bool = False
    """Begin with empty Kafka and PostgreSQL."""
    partitions: int | None = None
    """Partitions of each topic; None: the number in the data, or `PARTITIONS` without data."""
    frozen_after_s: float = 30
    """The supervisor ends a process that answers no probe for so long."""


class ProcessState(BaseModel):
    """One process of the stack."""

    name: str
    port: int
    status: Status = Status.STARTING
    identity: Identity | None = None
    restarts: int = 0
    ended: str | None = None
    """A description of its last end."""


class StackState(BaseModel):
    """The state of a stack, as the state file keeps it."""

    phase: Phase
    step: str = ""
    """The present step of the supervisor, in words."""
    failure: str | None = None
    supervisor: Identity | None = None
    options: Options = Options()
    processes: dict[str, ProcessState] = {}

    @property
    def partitions(self) -> int:
        """Partitions of each topic, fixed for the life of the data."""
        return self.options.partitions or PARTITIONS_BEFORE

    def port_of(self, process: str) -> int:
        """Return the port of a process; raise KeyError for an unknown one."""
        return self.processes[process].port

    def save(self, home: Home) -> None:
        write_private(home.state, self.model_dump_json(indent=2))

    @classmethod
    def load(cls, home: Home) -> StackState | None:
        """Return the state, or None before the first `up`."""
        return cls.model_validate_json(home.state.read_text()) if home.state.exists() else None

    def identities(self) -> list[Identity]:
        """Return every process in the state file, the supervisor first."""
        children = [process.identity for process in self.processes.values()]
        return [identity for identity in (self.supervisor, *children) if identity]
