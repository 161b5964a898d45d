"""The policy a new deployment starts with; seeded by the first migration, changed over HTTP afterwards."""

from typing import Any

DEFAULT_POLICY: dict[str, Any] = {
    "hours": {
        "petition": {"low": 80, "medium": 40, "high": 24, "critical": 8},
        "complaint": {"low": 40, "medium": 24, "high": 8, "critical": 4},
        "claim": {"low": 40, "medium": 24, "high": 8, "critical": 4},
        "suggestion": {"low": 120, "medium": 80, "high": 40, "critical": 24},
        "warranty": {"low": 80, "medium": 40, "high": 16, "critical": 8},
        "return": {"low": 40, "medium": 24, "high": 16, "critical": 8},
    },
    "tier_factors": {"premium": "0.5", "preferred": "0.75"},
    "opening_hours": {
        "zone": "UTC",
        "opens": "08:00:00",
        "closes": "18:00:00",
        "weekdays": [0, 1, 2, 3, 4],
        "holidays": [],
    },
    "close_after_days": 14,
    "acknowledge_at_intake": True,
    "muting_kinds": ["claim", "complaint", "warranty"],
    "future_tolerance_s": 300,
    "oldest_days": 365,
}
