"""Decisions: the current next-best action, requested decisions, and their explanation."""
