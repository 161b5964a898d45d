"""The one folder that holds all state of a local stack."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import lealtad_local


@dataclass(frozen=True)
class Home:
    """Paths below the stack's folder; what holds secrets is readable by its owner only."""

    folder: Path

    @classmethod
    def default(cls) -> Home:
        """Return LEALTAD_HOME, or `.lealtad` in the checkout that this package runs from."""
        configured = os.environ.get("LEALTAD_HOME")
        checkout = Path(lealtad_local.__file__).resolve().parents[4]
        return cls(Path(configured).absolute() if configured else checkout / ".lealtad")

    @property
    def state(self) -> Path:
        return self.folder / "stack.json"

    @property
    def credentials(self) -> Path:
        return self.folder / "credentials.json"

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as it runs."""
        return self.folder / "supervisor.lock"

    @property
    def clock(self) -> Path:
        return self.folder / "clock"

    @property
    def kafka(self) -> Path:
        return self.folder / "kafka"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def held_back(self, process: str) -> Path:
        """While this file exists, the supervisor keeps the process stopped."""
        return self.folder / "held-back" / process

    def log(self, process: str) -> Path:
        return self.logs / f"{process}.log"

    def create(self) -> None:
        """Make the folder; others may enter it, since PostgreSQL may run as another account."""
        for folder in (self.logs, self.held_back("")):
            folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
