"""Activates the platform's fixtures for all tests of the workspace."""

pytest_plugins = ["lealtad.testing.plugin"]
