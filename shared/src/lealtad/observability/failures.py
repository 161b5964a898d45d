"""Rendering of exceptions in logs: their types and frames, without messages that quote data.

Messages of pydantic (`input_value=...`), SQLAlchemy and asyncpg (bound parameters, `Key (...)=(...)`) repeat the data
of requests. Of these exceptions only the type and the SQLSTATE are logged.
"""

import sys
import traceback
from types import TracebackType
from typing import Any

import structlog

from lealtad.observability.redaction import redact_text

QUOTING_PACKAGES = {"pydantic", "pydantic_core", "sqlalchemy", "asyncpg", "fastapi"}
FRAMES = 30
CHAINED = 5


def render_exception(_logger: Any, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Replace `exc_info`, as a structlog processor, by `exception`: the chain of causes, the first raised last."""
    error = _error_of(event.pop("exc_info", None))
    if error is not None:
        event["exception"] = [_described(link) for link in _chain(error)]
    return event


def _error_of(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        found = exc_info[1]
        return found if isinstance(found, BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def _chain(error: BaseException) -> list[BaseException]:
    chain = [error]
    while len(chain) < CHAINED:
        last = chain[-1]
        following = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
        if following is None or following in chain:
            break
        chain.append(following)
    return chain


def _described(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    described = {"type": f"{kind.__module__}.{kind.__qualname__}", "frames": _frames(error.__traceback__)}
    if kind.__module__.split(".")[0] not in QUOTING_PACKAGES:
        described["says"] = redact_text(str(error))
    if sqlstate := getattr(error, "sqlstate", None):
        described["sqlstate"] = sqlstate
    return described


def _frames(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
