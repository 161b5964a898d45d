"""Where every thread and task of this process stands: what to read when a step hangs.

Only files, lines and functions are shown; values of variables may be personal data.
"""

import asyncio
import sys
import threading
import traceback
from collections.abc import Iterator
from types import FrameType

DEPTH = 12
"""Frames that are shown of each thread and task, the innermost."""
MOST_TASKS = 50


def stacks(loop: asyncio.AbstractEventLoop) -> dict[str, list[str]]:
    """Return the stack of each thread and of each unfinished task of `loop`, outermost frame first, by name.

    Safe to call from another thread while the loop stands.
    """
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    frames = sys._current_frames().items()  # noqa: SLF001 - documented, and the only way to see another thread
    threads = {f"thread {names.get(ident, ident)}": _lines(frame) for ident, frame in frames}
    return threads | dict(_of_tasks(loop))


def _of_tasks(loop: asyncio.AbstractEventLoop) -> Iterator[tuple[str, list[str]]]:
    for task in sorted(asyncio.all_tasks(loop), key=asyncio.Task.get_name)[:MOST_TASKS]:
        yield f"task {task.get_name()}", [line for frame in task.get_stack(limit=DEPTH) for line in _lines(frame, 1)]


def _lines(frame: FrameType, depth: int = DEPTH) -> list[str]:
    walked = reversed([(each.f_code, line) for each, line in list(traceback.walk_stack(frame))[:depth]])
    return [f"{code.co_filename}:{line} {code.co_qualname}" for code, line in walked]
