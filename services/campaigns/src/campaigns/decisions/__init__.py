"""Decisions: the standing next-best action, decisions asked for, and their explanation."""
