"""The journal of a transaction: one row per event, inserted once, at the end of the transaction that handled it."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Outcome(StrEnum):
    """The outcome of an event."""

    APPLIED = "applied"
    COALESCED = "coalesced"
    IGNORED = "ignored"
    DEAD = "dead"


@dataclass(slots=True)
class Entry:
    """A row to insert."""

    event_id: UUID
    kind: str
    """`event` (consumed), `fact` (came over HTTP) or `due` (time alone)."""
    type: str
    key: UUID | None
    parent_id: UUID | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    lane: str = "live"
    outcome: Outcome = Outcome.APPLIED
    detail: str | None = None
    coalesced_into: UUID | None = None
    emitted: list[UUID] = field(default_factory=list)


# A replayed dead letter has its row already.
INSERT_ROWS = """
    INSERT INTO journal (event_id, kind, type, key, parent_id, topic, partition, "offset", lane,
                         outcome, detail, coalesced_into, emitted, business_at)
    SELECT event_id, kind, type, key, parent_id, topic, partition, "offset", lane, outcome, detail, coalesced_into,
           CAST(emitted AS uuid[]), :business_at
    FROM unnest(
        CAST(:event_id AS uuid[]), CAST(:kind AS text[]), CAST(:type AS text[]), CAST(:key AS uuid[]),
        CAST(:parent_id AS uuid[]), CAST(:topic AS text[]), CAST(:partition AS int[]), CAST(:offset AS bigint[]),
        CAST(:lane AS text[]), CAST(:outcome AS text[]), CAST(:detail AS text[]), CAST(:coalesced_into AS uuid[]),
        CAST(:emitted AS text[])
    ) AS rows (event_id, kind, type, key, parent_id, topic, partition, "offset", lane,
               outcome, detail, coalesced_into, emitted)
    ON CONFLICT (event_id) DO UPDATE
    SET outcome = excluded.outcome, detail = excluded.detail, emitted = excluded.emitted
"""

# A deferred reaction comes after the rows of its causes were inserted. The statement names their ids twice, so that
# PostgreSQL uses the index even if the table was small when it made the plan.
COMPLETE_ROWS = """
    UPDATE journal
    SET emitted = journal.emitted || CAST(rows.emitted AS uuid[]), detail = coalesce(rows.detail, journal.detail)
    FROM unnest(CAST(:later AS uuid[]), CAST(:later_emitted AS text[]), CAST(:later_detail AS text[]))
        AS rows (event_id, emitted, detail)
    WHERE journal.event_id = rows.event_id AND journal.event_id = ANY(CAST(:later AS uuid[]))
"""

COLUMNS = (
    "event_id",
    "kind",
    "type",
    "key",
    "parent_id",
    "topic",
    "partition",
    "offset",
    "lane",
    "outcome",
    "detail",
    "coalesced_into",
)

Mark = tuple[dict[UUID, Entry], dict[UUID, list[UUID]], dict[UUID, str], dict[UUID, UUID]]


class Journal:
    """The journal of one transaction."""

    def __init__(self) -> None:
        self._entries: dict[UUID, Entry] = {}
        self._emitted_later: dict[UUID, list[UUID]] = {}
        self._notes: dict[UUID, str] = {}
        self._waited: dict[UUID, UUID] = {}

    def mark(self) -> Mark:
        """Return a point to restore."""
        return deepcopy((self._entries, self._emitted_later, self._notes, self._waited))

    def restore(self, mark: Mark) -> None:
        """Forget what was taken since `mark`."""
        self._entries, self._emitted_later, self._notes, self._waited = mark

    def add(self, entry: Entry) -> None:
        """Take the row of an event, a fact or a due action."""
        self._entries[entry.event_id] = entry

    def __contains__(self, event_id: UUID) -> bool:
        return event_id in self._entries

    def is_ignored(self, event_id: UUID) -> bool:
        """Return whether the event was marked as having no effect."""
        return self._entries[event_id].outcome is Outcome.IGNORED

    def ignore(self, event_id: UUID, reason: str) -> None:
        """Mark an event as having no effect, with the reason; an event that is only folded again has no entry."""
        if entry := self._entries.get(event_id):
            entry.outcome, entry.detail = Outcome.IGNORED, reason

    def emitted(self, cause_ids: Iterable[UUID], child: UUID) -> None:
        """Add the event `child` to the entries of its causes."""
        for cause_id in cause_ids:
            entry = self._entries.get(cause_id)
            (entry.emitted if entry else self._emitted_later.setdefault(cause_id, [])).append(child)

    def note(self, keys: Iterable[UUID], detail: str) -> None:
        """Set the text about these keys in this transaction: what happened, or why nothing happened."""
        self._notes.update(dict.fromkeys(keys, detail))

    def waited(self, key: UUID, event_ids: Iterable[UUID]) -> None:
        """Add the note of `key` to these events, whose rows exist already: their deferred reaction comes now."""
        self._waited.update(dict.fromkeys(event_ids, key))

    def coalesce(self, event_ids: Iterable[UUID], into: UUID) -> None:
        """Mark events as served by one reaction together; `into` is the event that stands for all."""
        for event_id in event_ids:
            entry = self._entries.get(event_id)
            if entry and event_id != into and entry.outcome is Outcome.APPLIED:
                entry.outcome, entry.coalesced_into = Outcome.COALESCED, into

    def __bool__(self) -> bool:
        return bool(self._entries)

    @property
    def completes(self) -> bool:
        """Return whether existing rows are to be completed."""
        return bool(self._later())

    def clear(self) -> None:
        """Remove all entries, after they were written."""
        self.__init__()  # type: ignore[misc]

    def parameters(self, business_at: datetime) -> dict[str, Any]:
        """Return the parameters of `INSERT_ROWS`."""
        entries = list(self._entries.values())
        for entry in entries:
            if entry.detail is None and entry.key is not None:
                entry.detail = self._notes.get(entry.key)
        columns: dict[str, Any] = {name: [getattr(entry, name) for entry in entries] for name in COLUMNS}
        columns["emitted"] = [_array(entry.emitted) for entry in entries]
        return {**columns, "business_at": business_at}

    def completion(self) -> dict[str, Any]:
        """Return the parameters of `COMPLETE_ROWS`."""
        later = self._later()
        return {
            "later": later,
            "later_emitted": [_array(self._emitted_later.get(event_id, [])) for event_id in later],
            "later_detail": [self._notes.get(self._waited.get(event_id, event_id)) for event_id in later],
        }

    def _later(self) -> list[UUID]:
        noted = [event_id for event_id, key in self._waited.items() if key in self._notes]
        return list(dict.fromkeys([*self._emitted_later, *noted]))


def _array(ids: list[UUID]) -> str:
    """Return the text form of a PostgreSQL uuid array."""
    return "{" + ",".join(map(str, ids)) + "}"
