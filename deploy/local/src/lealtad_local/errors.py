"""What commands say instead of a traceback."""

from __future__ import annotations


class StackError(Exception):
    """The stack is not as the command needs it; the message says what to do."""
