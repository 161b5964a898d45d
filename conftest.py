"""Activates the platform's fixtures for all tests of the workspace."""

from hypothesis import settings

pytest_plugins = ["lealtad.testing.plugin", "lealtad_local.test_servers"]

# A busy machine is no failure: no property is about how long an example takes.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
