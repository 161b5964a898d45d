"""The dated page of what the proof saw: docs/compose-proof.md."""

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

PAGE = Path("docs/compose-proof.md")


@dataclass(slots=True)
class Step:
    """A step of the proof: what was done, what was seen, how long it took."""

    name: str
    seen: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(slots=True)
class Report:
    """The steps in their order; each is printed when it ends."""

    console: Console
    engine: str = ""
    commit: str = ""
    steps: list[Step] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time a step and keep what it saw."""
        step = Step(name)
        self.console.print(f"[bold]{name}[/bold] …")
        began = time.monotonic()
        yield step
        step.seconds = time.monotonic() - began
        self.steps.append(step)
        self.console.print(f"  {'; '.join(step.seen)} ({step.seconds:.0f} s)")

    def write(self, page: Path = PAGE) -> None:
        """Write the page."""
        page.write_text(self.render())

    def render(self) -> str:
        """Return the page as Markdown."""
        rows = [f"| {step.name} | {'; '.join(step.seen)} | {step.seconds:.0f} s |" for step in self.steps]
        unproven = [f"- {each}" for each in self.unproven] or ["- nothing that the steps name"]
        return "\n".join(
            [
                "# The proof of compose",
                "",
                f"Written by `make proof-compose` on {datetime.now(UTC):%Y-%m-%d}, of commit `{self.commit}`.",
                f"Engine: {self.engine}; Linux {platform.release()} on {platform.machine()}.",
                "",
                "| step | seen | time |",
                "| --- | --- | --- |",
                *rows,
                "",
                "What this run could not prove:",
                "",
                *unproven,
                "",
            ]
        )
