"""Copies of what other services announce: tables that a service folds from their events, each declared once."""

from lealtad.read_models.fact_copy import FactCopy
from lealtad.read_models.state_copy import StateCopy

__all__ = ["FactCopy", "StateCopy"]
