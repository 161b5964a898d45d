"""Due actions: work that time alone makes due, without an event."""

from lealtad.due.action import DueAction
from lealtad.due.isolation import act_on
from lealtad.due.loop import DueLoop

__all__ = ["DueAction", "DueLoop", "act_on"]
