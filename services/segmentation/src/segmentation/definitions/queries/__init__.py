"""Segments as callers read them, and the rulebook that evaluations go by."""
