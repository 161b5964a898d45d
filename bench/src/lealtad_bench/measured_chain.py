"""The interface of measured chains, floor and Lealtad."""

from typing import Protocol


class NotAcceptedError(Exception):
    """A purchase that was refused or not answered in time; the message states the cause."""


class NothingSeenError(Exception):
    """A measured chain in which no purchase came to its end."""


class MeasuredChain(Protocol):
    """A chain that accepts purchases and processes them to a detectable end."""

    async def buy(self, due: float, watched: bool) -> float | None:
        """Send a purchase that was due at a moment (monotonic seconds); return the seconds from that moment to its end.

        Return None without a watch, or without a detected end in time.
        """
        ...

    async def send(self, purchases: int) -> None:
        """Send purchases at once, several as one batch, and return after they are accepted."""
        ...

    async def backlog(self) -> int:
        """Return the amount of accepted work that is not finished."""
        ...

    async def settle(self) -> float:
        """Wait until the chain is idle; return the seconds of the wait."""
        ...
