"""Restore after a back-up was put in place."""
