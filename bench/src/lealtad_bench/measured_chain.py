"""What is measured, the floor and ours alike."""

from typing import Protocol


class NotAcceptedError(Exception):
    """A purchase was refused, or not answered in time; the message says how."""


class NothingSeenError(Exception):
    """Not one purchase came to its end: what was to be measured does not work."""


class Subject(Protocol):
    """A chain that takes purchases in and handles them to an end that can be seen."""

    async def buy(self, due: float, watched: bool) -> float | None:
        """Send a purchase that was due at a moment (monotonic seconds); return the seconds from then to its end.

        None where it is not watched, or its end was not seen in time.
        """
        ...

    async def send(self, purchases: int) -> None:
        """Send so many purchases at once (more than one: as one batch) and return when they are accepted."""
        ...

    async def backlog(self) -> int:
        """Return how much of what was accepted is still under way."""
        ...

    async def settle(self) -> float:
        """Wait until nothing is under way; return the seconds it took."""
        ...
