"""What a running stack tells about itself: written by the supervisor, read by everybody else."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from lealtad_local.home import Home
from lealtad_local.processes import Identity
from lealtad_local.server import write_private

PARTITIONS = 4
"""Of each topic of a new local stack: enough to share among workers on one machine, cheap while nothing happens."""
PARTITIONS_BEFORE = 12
"""Of each topic of a stack whose state file does not tell: made before the number was a setting."""


class Phase(StrEnum):
    """Where the stack stands as a whole."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    STOPPED = "stopped"


class Status(StrEnum):
    """Where one process stands."""

    STARTING = "starting"
    READY = "ready"
    BACKING_OFF = "backing off"
    STOPPED = "stopped"


class Options(BaseModel):
    """What `lealtad up` was asked for."""

    workers: int = 1
    """Worker processes per service."""
    clock: datetime | None = None
    """Start of the stack clock, UTC; None: the machine's time."""
    fresh: bool = False
    """Begin with empty Kafka and PostgreSQL."""
    partitions: int | None = None
    """Partitions of each topic; None: as many as the data have, and `PARTITIONS` where there are none."""
    frozen_after_s: float = 30
    """A process that answers no probe for so long is ended."""


class ProcessState(BaseModel):
    """One process of the stack."""

    name: str
    port: int
    status: Status = Status.STARTING
    identity: Identity | None = None
    restarts: int = 0
    ended: str | None = None
    """How it ended the last time."""


class StackState(BaseModel):
    """All of it, as kept in the state file."""

    phase: Phase
    step: str = ""
    """What the supervisor is doing, in words."""
    failure: str | None = None
    supervisor: Identity | None = None
    options: Options = Options()
    processes: dict[str, ProcessState] = {}

    @property
    def partitions(self) -> int:
        """Partitions of each topic, fixed for the life of the data."""
        return self.options.partitions or PARTITIONS_BEFORE

    def port_of(self, process: str) -> int:
        """Return the port that a process listens at; raise KeyError where there is no such process."""
        return self.processes[process].port

    def save(self, home: Home) -> None:
        write_private(home.state, self.model_dump_json(indent=2))

    @classmethod
    def load(cls, home: Home) -> StackState | None:
        """Read the state; None before the first `up`."""
        return cls.model_validate_json(home.state.read_text()) if home.state.exists() else None

    def identities(self) -> list[Identity]:
        """Return every process that the state file knows, the supervisor first."""
        children = [process.identity for process in self.processes.values()]
        return [identity for identity in (self.supervisor, *children) if identity]
