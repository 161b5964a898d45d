"""Assemble a service from its parts: the same for all services."""

from lealtad.app.housekeeping import Prune
from lealtad.app.main import main
from lealtad.app.parts import DatabasePart, HttpPart, StreamPart
from lealtad.app.service import Service

__all__ = ["DatabasePart", "HttpPart", "Prune", "Service", "StreamPart", "main"]
