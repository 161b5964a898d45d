"""Rebuild derived state: fold all events again beside the live tables, then swap the tables in one transaction."""

from lealtad.kafka.recovery.rebuild.errors import RebuildError
from lealtad.kafka.recovery.rebuild.rebuilding import Outcome, rebuild
from lealtad.kafka.recovery.rebuild.sweep import CustomerPage

__all__ = ["CustomerPage", "Outcome", "RebuildError", "rebuild"]
