"""The progress of the measurement: a bar on a terminal, a line per step elsewhere."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

TICK_S = 0.5


class Board:
    """A display of each step and its progress, by its expected seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
        )

    def say(self, text: str) -> None:
        """Print a permanent line."""
        self._console.print(text, highlight=False)

    @asynccontextmanager
    async def step(self, text: str, seconds: float) -> AsyncIterator[None]:
        """Show a step for the time of the block."""
        if not self._console.is_terminal:
            self.say(f"{text} ({seconds:.0f} s)")
            yield
            return
        with self._progress:
            task = self._progress.add_task(text, total=seconds)
            ticking = asyncio.create_task(self._tick(task, time.monotonic()))
            try:
                yield
            finally:
                ticking.cancel()
                await asyncio.wait({ticking})
                self._progress.remove_task(task)

    async def _tick(self, task: TaskID, began: float) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._progress.update(task, completed=time.monotonic() - began)
