"""The transactional outbox: an event is written in the transaction of its state, and relayed afterwards."""

from lealtad.outbox.writer import Outbox, RawRecord

__all__ = ["Outbox", "RawRecord"]
