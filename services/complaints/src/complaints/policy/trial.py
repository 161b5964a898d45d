"""Tries a service policy out: every case is due in foreseeable time, whenever it is opened."""

from complaints.policy.schemas import PolicyDocument
from lealtad.http import SafeValueError

YEARS = 2
"""The desk's open time of so many years has to suffice for every case."""


def try_out(document: PolicyDocument) -> None:
    """Raise SafeValueError where a case could never be due, or only in years."""
    policy = document.rules(version=1)
    if policy.longest > policy.calendar.open_time_within(YEARS):
        hours = policy.longest.total_seconds() / 3_600
        raise SafeValueError(
            f"the longest due time, {hours:.0f} open hours, takes more than {YEARS} years of these opening hours: "
            "open longer, name fewer holidays, or lower `hours` or `tier_factors`",
            "opening_hours",
        )
