"""The error that commands print without a traceback."""

from __future__ import annotations


class StackError(Exception):
    """A stack in a state that a command cannot work with; the message says what to do."""
