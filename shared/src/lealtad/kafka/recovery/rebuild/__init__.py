"""Rebuilding derived state: everything folded again beside the live tables, which it then replaces in one moment."""

from lealtad.kafka.recovery.rebuild.errors import RebuildError
from lealtad.kafka.recovery.rebuild.rebuilding import Outcome, rebuild
from lealtad.kafka.recovery.rebuild.sweep import CustomerPage

__all__ = ["CustomerPage", "Outcome", "RebuildError", "rebuild"]
