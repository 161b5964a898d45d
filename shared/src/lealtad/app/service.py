"""The declaration of a service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lealtad.app.parts import DatabasePart, HttpPart, StreamPart
from lealtad.events.subscriptions import READERS, Reader
from lealtad.kafka.consume.batch import Processing
from lealtad.settings import ProcessSettings, ServiceSettings


@dataclass(frozen=True, slots=True)
class Service:
    """The declaration of a service: its parts, by which the platform runs it.

    A deployable without `database` and `stream` is an API alone: a web page, a gateway. Its `settings` are
    `ProcessSettings`, which name no database. `commands` are further things `python -m <package>` can do.

    Raise ValueError for a database without a stream, or the reverse: a worker keeps its positions and its outbox in the
    database, and prunes its tables. Raise TypeError for settings that do not fit the parts.
    """

    name: str
    title: str
    description: str
    http: HttpPart
    database: DatabasePart | None = None
    stream: StreamPart | None = None
    settings: type[ProcessSettings] = ServiceSettings
    commands: Mapping[str, Callable[[], int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that the parts fit together."""
        if (self.database is None) != (self.stream is None):
            raise ValueError(f"{self.name} has one of `database` and `stream`: declare both, or neither")
        if issubclass(self.settings, ServiceSettings) != (self.database is not None):
            raise TypeError(f"{self.name}: settings are ServiceSettings with a database, else ProcessSettings")

    def require_database(self) -> DatabasePart:
        """Return the database part; raise LookupError where there is none."""
        if self.database is None:
            raise LookupError(f"{self.name} has no database")
        return self.database

    def require_stream(self) -> StreamPart:
        """Return the stream part; raise LookupError where there is none."""
        if self.stream is None:
            raise LookupError(f"{self.name} has no stream")
        return self.stream

    def read_settings(self) -> ServiceSettings:
        """Return the settings of a service with a database; raise TypeError for another."""
        settings = self.settings()
        if not isinstance(settings, ServiceSettings):
            raise TypeError(f"{self.name} has no database")
        return settings

    @property
    def reader(self) -> Reader:
        """What the service reads."""
        return READERS[self.name]

    @property
    def processing(self) -> Processing:
        """What the service does with what it reads; raises LookupError when a declared type has no projection."""
        stream = self.require_stream()
        processing = Processing(self.reader, stream.projections, stream.react)
        if missing := processing.types - stream.projections.types:
            raise LookupError(f"{self.name} reads {sorted(missing)} but has no projection for them")
        return processing
