"""Trace context as in W3C Trace Context level 1 (https://www.w3.org/TR/trace-context-1/), version 00."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Self

from structlog.contextvars import bound_contextvars

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_VERSION = "00"
_SAMPLED = 0x01


@dataclass(frozen=True, slots=True)
class TraceContext:
    """The position of work in its trace: 32 hex digits of trace, 16 of span, and the sampled flag."""

    trace_id: str
    span_id: str
    sampled: bool = True

    @classmethod
    def new(cls) -> Self:
        """Return the first context of a new trace."""
        return cls(trace_id=_random_hex(16), span_id=_random_hex(8))

    @classmethod
    def parse(cls, traceparent: str | None) -> Self | None:
        """Return the context of a `traceparent`, or None when it is missing or invalid.

        A version above 00 is read as 00, as the standard requires. Version ff and ids of all zeros are invalid.
        """
        match = _TRACEPARENT.fullmatch(traceparent or "")
        if match is None:
            return None
        version, trace_id, span_id, flags, rest = match.groups()
        unreadable = version == "ff" or (version == _VERSION and rest is not None)
        if unreadable or not int(trace_id, 16) or not int(span_id, 16):
            return None
        return cls(trace_id=trace_id, span_id=span_id, sampled=bool(int(flags, 16) & _SAMPLED))

    @classmethod
    def continued(cls, traceparent: str | None) -> Self:
        """Return a child of the context of `traceparent`, or a new trace without one."""
        parent = cls.parse(traceparent)
        return parent.child() if parent else cls.new()

    def child(self) -> Self:
        """Return a new span of the same trace."""
        return type(self)(trace_id=self.trace_id, span_id=_random_hex(8), sampled=self.sampled)

    def format(self) -> str:
        """Return the context as a `traceparent`."""
        return f"{_VERSION}-{self.trace_id}-{self.span_id}-{_SAMPLED if self.sampled else 0:02x}"


_current: ContextVar[TraceContext | None] = ContextVar("lealtad_trace_context", default=None)


def current_trace() -> TraceContext | None:
    """Return the current context, or None outside of `traced`."""
    return _current.get()


@contextmanager
def traced(context: TraceContext) -> Iterator[TraceContext]:
    """Make `context` the current context, and add its trace id to every log line inside the block."""
    token = _current.set(context)
    try:
        with bound_contextvars(trace_id=context.trace_id):
            yield context
    finally:
        _current.reset(token)


def _random_hex(octets: int) -> str:
    while True:
        digits = secrets.token_hex(octets)
        if int(digits, 16):
            return digits
