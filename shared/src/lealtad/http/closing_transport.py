"""Closing of connections, without losing the last answer and without waiting for ever."""

import asyncio
from collections.abc import Callable
from typing import Any

MOST_DRAINED = 1 << 20
"""Largest number of bytes of a refused request that are read and discarded; then the connection is aborted."""


class ClosingTransport:
    """A transport whose `close` ends the connection within `linger_s`, whatever the caller does.

    When an answer is given while the caller still sends, closing at once would reset the connection, and the caller
    would lose the answer. So `close` sends the end of the stream first, and discards further data (RFC 9112 §9.6).
    """

    def __init__(self, transport: asyncio.Transport, linger_s: float, is_sending: Callable[[], bool]) -> None:
        self._transport = transport
        self._linger_s = linger_s
        self._is_sending = is_sending
        self._closing = False
        self._drained = 0
        self._end: asyncio.TimerHandle | None = None

    def __getattr__(self, name: str) -> Any:
        """Return the other attributes of the transport."""
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        """Return whether the connection is ending, or has ended."""
        return self._closing or self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send `data`, unless the connection is ending."""
        if not self.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """End the connection after all written data was sent."""
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
        """Discard `data`; abort the connection above `MOST_DRAINED`."""
        self._drained += len(data)
        if self._drained > MOST_DRAINED:
            self._transport.abort()

    def closed(self) -> None:
        """Cancel the timer of a connection that has ended."""
        if self._end is not None:
            self._end.cancel()
