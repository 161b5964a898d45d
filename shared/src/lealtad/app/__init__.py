"""Putting a service together: the same for all five."""

from lealtad.app.housekeeping import Prune
from lealtad.app.main import main
from lealtad.app.service import Service

__all__ = ["Prune", "Service", "main"]
