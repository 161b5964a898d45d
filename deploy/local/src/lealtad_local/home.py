"""The folder with all state of a local stack."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import lealtad_local


@dataclass(frozen=True)
class Home:
    """Paths below the stack's folder; only the owner can read files with secrets."""

    folder: Path

    @classmethod
    def default(cls) -> Home:
        """Return LEALTAD_HOME, or `.lealtad` in the checkout of this package."""
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
        """The file that a running supervisor locks."""
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

    def stop_mark(self, process: str) -> Path:
        """Return the file whose presence keeps the process stopped."""
        return self.folder / "held-back" / process

    def log(self, process: str) -> Path:
        return self.logs / f"{process}.log"

    def create(self) -> None:
        """Make the folder; every account may enter it, since PostgreSQL may run as another one."""
        for folder in (self.logs, self.stop_mark("")):
            folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
