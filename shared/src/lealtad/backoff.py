"""Pauses between attempts that grow, so that what is overloaded or away is not asked at full speed."""


class Backoff:
    """The pauses of one loop: each twice as long as the one before, from `first_s` to `longest_s`."""

    __slots__ = ("_first_s", "_longest_s", "_next_s")

    def __init__(self, first_s: float, longest_s: float) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def pause_s(self) -> float:
        """Return the pause after another failed attempt, in seconds."""
        pause_s = self._next_s
        self._next_s = min(pause_s * 2, self._longest_s)
        return pause_s

    def pause_after_s(self, ran_s: float) -> float:
        """Return the pause after an attempt that ran so long; what ran longer than the longest pause had succeeded."""
        if ran_s > self._longest_s:
            self.reset()
        return self.pause_s()

    def reset(self) -> None:
        """Begin with the first pause again, after a success."""
        self._next_s = self._first_s
