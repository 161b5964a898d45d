"""Evaluation of the base under a new version, beside the one in force."""
