"""The journal: what this service did with every event, fact and due action, and why, where it did nothing."""

from lealtad.journal.writer import Entry, Journal, Outcome

__all__ = ["Entry", "Journal", "Outcome"]
