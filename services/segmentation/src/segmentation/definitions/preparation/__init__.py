"""Preparation: the base is evaluated under a new version, beside the one in force."""
