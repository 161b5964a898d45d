"""`python -m <package> check`: look before a start at everything that a process needs, and say what to do."""

from lealtad.app.check.command import add_arguments, main

__all__ = ["add_arguments", "main"]
