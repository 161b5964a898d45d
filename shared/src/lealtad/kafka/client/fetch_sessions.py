"""Incremental fetches (KIP-227): a request names only what changed, an answer only partitions with news.

A worker reads some seventy partitions, of which few have news at a time. aiokafka names them all in every request, and
gets all of them answered, which it writes and reads in Python: three quarters of what a fetch of one record costs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.protocol.fetch import FetchRequest

FIRST_SESSIONED_VERSION = 7
FIRST_VERSION_WITH_EPOCHS = 9
FIRST_VERSION_WITH_RACKS = 11
NO_SESSION = 0
LAST_EPOCH = 2**31 - 1
CONSUMER = -1
"""As replica, as leader epoch and as start of the log: what a consumer does not say."""

Partition = tuple[str, int]
Wanted = tuple[int, int]
"""The offset to read from, and the most bytes to be answered."""


class FetchSessions:
    """An aiokafka client that asks its brokers incrementally; everything but fetches goes as before."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._assignment: object = None
        self._sessions: dict[int, Session] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def read_for(self, assignment: object) -> None:
        """Say for which assignment of partitions is read from now on.

        Another one begins without their ends. A broker tells the end of a partition once in a session where nothing
        comes, and so the sessions of the one before are not gone on with.
        """
        self._assignment = assignment

    async def send(self, node_id: int, request: Any, **options: Any) -> Any:
        """Send a request; a session that is not answered as it should be is not gone on with."""
        if type(request) is not FetchRequest:
            return await self._client.send(node_id, request, **options)
        session = self._sessions.pop(node_id, None)
        if session is None or session.assignment is not self._assignment:
            session = Session(self._assignment)
        response = await self._client.send(node_id, IncrementalFetch(request, session), **options)
        if session.goes_on(response):
            self._sessions[node_id] = session
        return response


class Session:
    """A fetch session: the partitions and offsets that one broker knows of this client."""

    def __init__(self, assignment: object = None) -> None:
        self.assignment = assignment
        self.identity = NO_SESSION
        self.epoch = 0
        self._known: dict[Partition, Wanted] = {}

    def news(self, wanted: Mapping[Partition, Wanted]) -> tuple[list[Partition], list[Partition]]:
        """Store `wanted`; return the part that the broker does not know, and the partitions that it is to forget."""
        known, self._known = self._known, dict(wanted)
        changed = [partition for partition, want in wanted.items() if known.get(partition) != want]
        return changed, [partition for partition in known if partition not in wanted]

    def goes_on(self, response: Any) -> bool:
        """Read an answer; return whether the broker keeps the session."""
        if response.API_VERSION < FIRST_SESSIONED_VERSION or response.error_code or not response.session_id:
            return False
        self.identity = response.session_id
        self.epoch = self.epoch % LAST_EPOCH + 1
        return True


class IncrementalFetch(FetchRequest):  # type: ignore[misc] # aiokafka's protocol has no types for it
    """A request of aiokafka that tells only what its broker does not know yet."""

    def __init__(self, request: FetchRequest, session: Session) -> None:
        self.__dict__.update(request.__dict__)
        self._session = session

    def build(self, request_struct_class: Any) -> Any:
        """Return the request in the version that the broker speaks."""
        version = request_struct_class.API_VERSION
        if version < FIRST_SESSIONED_VERSION:
            return super().build(request_struct_class)
        wanted = {
            (topic, number): (offset, size) for topic, partitions in self.topics for number, offset, size in partitions
        }
        changed, forgotten = self._session.news(wanted)
        epoch = (CONSUMER,) if version >= FIRST_VERSION_WITH_EPOCHS else ()
        asked = [
            (topic, (number, *epoch, wanted[topic, number][0], CONSUMER, wanted[topic, number][1]))
            for topic, number in changed
        ]
        limits = (self._max_wait_ms, self._min_bytes, self._max_bytes, self._isolation_level)
        rack = (self._rack_id,) if version >= FIRST_VERSION_WITH_RACKS else ()
        session = self._session
        return request_struct_class(
            CONSUMER, *limits, session.identity, session.epoch, _by_topic(asked), _by_topic(forgotten), *rack
        )


def _by_topic(named: Iterable[tuple[str, Any]]) -> list[tuple[str, list[Any]]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for topic, value in named:
        found[topic].append(value)
    return list(found.items())
