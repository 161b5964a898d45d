"""Ends of connections that neither lose the last answer nor wait for ever."""

import asyncio
from collections.abc import Callable
from typing import Any

MOST_DRAINED = 1 << 20
"""Bytes of a refused request that are read away; a caller who sends on is cut off."""


class ClosingTransport:
    """A transport whose `close` ends the connection within `linger_s`, whatever the caller does.

    A caller who is still sending, when the answer is given already, would lose the answer to a reset if the connection
    were closed at once. So it is told that nothing more comes, and what it sends is read away (RFC 9112 §9.6).
    """

    def __init__(self, transport: asyncio.Transport, linger_s: float, is_sending: Callable[[], bool]) -> None:
        self._transport = transport
        self._linger_s = linger_s
        self._is_sending = is_sending
        self._closing = False
        self._drained = 0
        self._end: asyncio.TimerHandle | None = None

    def __getattr__(self, name: str) -> Any:
        """Return what else the transport has."""
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        """Whether the connection ends, or has ended."""
        return self._closing or self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send `data`, unless the connection ends."""
        if not self.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """End the connection once what was written is sent."""
        if self.is_closing():
            return
        self._closing = True
        self._end = asyncio.get_running_loop().call_later(self._linger_s, self._transport.abort)
        if self._is_sending():
            self._transport.resume_reading()
            self._transport.write_eof()
        else:
            self._transport.close()

    def drain(self, data: bytes) -> None:
        """Read `data` away."""
        self._drained += len(data)
        if self._drained > MOST_DRAINED:
            self._transport.abort()

    def closed(self) -> None:
        """Say that the connection is gone."""
        if self._end is not None:
            self._end.cancel()
