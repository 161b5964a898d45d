"""Time as an input: actions whose time has come, although no event arrived."""

from lealtad.due.action import DueAction
from lealtad.due.isolation import act_on
from lealtad.due.loop import DueLoop

__all__ = ["DueAction", "DueLoop", "act_on"]
