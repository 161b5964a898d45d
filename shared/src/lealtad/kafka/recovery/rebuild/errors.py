"""Failures of a rebuild, and retries after transient ones."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from lealtad.backoff import Backoff
from lealtad.errors import QUERY_CANCELED, is_transient, sqlstate_of

log = structlog.get_logger(__name__)

T = TypeVar("T")

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
RETRIES = 11
"""How often work is tried again; the pauses are half a minute in all."""


class RebuildError(RuntimeError):
    """The rebuild cannot go on; the message says why and what to do. The tables in use are as they were."""


def may_pass(error: BaseException) -> bool:
    """Whether the same work may succeed a little later; a time-out will only repeat."""
    return is_transient(error) and sqlstate_of(error) != QUERY_CANCELED


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Run `work`; after transient failures again, for half a minute."""
    backoff = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
    for _ in range(RETRIES):
        try:
            return await work()
        except Exception as error:
            if not may_pass(error):
                raise
            pause = backoff.pause_s()
            log.warning("rebuild_waits", error=type(error).__name__, again_in_s=pause)
            await asyncio.sleep(pause)
    return await work()
