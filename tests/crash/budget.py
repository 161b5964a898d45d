"""How much time there is: BUDGET=20m runs as many trials as fit, and leaves room for the undisturbed run after them."""

import re
import time
from dataclasses import dataclass, field

TRIAL_S = 20.0
"""What a trial takes beside its faults, until that was measured."""
REPLAY_SHARE = 0.3
"""What a trial costs in the undisturbed run, as a share of that."""
SETTING_UP_S = 60.0
"""What bringing the undisturbed stack up takes, with room to spare."""
UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(slots=True)
class Budget:
    """Time that may be spent, counted from the creation of this value."""

    limit_s: float
    began: float = field(default_factory=time.monotonic)
    _took: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, text: str | None) -> "Budget":
        """Read `90s`, `20m` or `1h`; without a text there is all the time."""
        if not text:
            return cls(float("inf"))
        match = re.fullmatch(r"(\d+)([smh])", text)
        if match is None:
            raise ValueError(f"BUDGET={text} is no time. Give it as 90s, 20m or 1h.")
        return cls(int(match[1]) * UNITS[match[2]])

    def allows(self, lasts_s: float) -> bool:
        """Say whether one more trial fits whose faults last so long, and the replay of all of them after it."""
        replays = (len(self._took) + 1) * self._trial_s * REPLAY_SHARE
        return time.monotonic() - self.began + lasts_s + self._trial_s + replays + SETTING_UP_S <= self.limit_s

    def spent(self, seconds: float, lasts_s: float) -> None:
        """Take note of a trial that took `seconds`, in which its faults lasted `lasts_s`."""
        self._took.append(seconds - lasts_s)

    @property
    def _trial_s(self) -> float:
        return max(TRIAL_S, sum(self._took) / len(self._took)) if self._took else TRIAL_S
