"""The transactional outbox: an event is written with the state that it tells of, and relayed afterwards."""

from lealtad.outbox.writer import Outbox, RawRecord

__all__ = ["Outbox", "RawRecord"]
