"""What processes read from their environment; a service with database and Kafka reads `ServiceSettings`."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from lealtad.money import Currency

PREFIX = "LEALTAD_"
WRONG_SETTINGS = 2
"""Exit status: the process was started wrongly, as with wrong arguments."""
PLACEHOLDERS = ("replace-me", "change-me", "changeme")
"""Parts of the secrets in example files, which everybody knows."""


def _is_no_placeholder(secret: SecretStr) -> SecretStr:
    """Refuse the secrets of example files."""
    if any(placeholder in secret.get_secret_value().lower() for placeholder in PLACEHOLDERS):
        raise ValueError("holds the placeholder of an example file: put a secret of your own there")
    return secret


OwnSecret = Annotated[SecretStr, AfterValidator(_is_no_placeholder)]


class ProcessSettings(BaseSettings):
    """Settings of every process, read from variables that begin with `LEALTAD_`: its port, tokens, limits and log."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    host: str = Field(default="127.0.0.1", description="address the process listens at")
    port: int = Field(default=8000, ge=0, le=65535, description="port the process listens at")
    http_root_path: str = Field(
        default="",
        pattern=r"^(/[A-Za-z0-9._-]+)*$",
        description="path of the API at a host with several services, such as `/campaigns`; a proxy may leave it or "
        "take it off",
    )

    token_secret: OwnSecret = Field(description="HS256 secret of bearer tokens, at least 32 bytes", min_length=32)
    token_public_key: SecretStr | None = Field(
        default=None, description="PEM; when set, RS256 tokens of its key are accepted"
    )
    token_issuer: str | None = Field(
        default=None, min_length=1, description="when set, tokens of another issuer (`iss`), or of none, are refused"
    )
    token_audience: str = Field(
        default="lealtad", min_length=1, description="tokens that name audiences (`aud`) must name this one"
    )
    max_connections: int = Field(
        default=512, ge=16, description="connections of a port; beyond them the longest waiting one gives way"
    )
    max_requests: int = Field(
        default=200, ge=1, description="requests of a port at a time; others than `/health/live` are answered 503"
    )
    max_pipelined: int = Field(default=16, ge=1, description="requests a connection may send ahead of their answers")
    max_head_bytes: int = Field(default=16 << 10, ge=1024, description="largest address and headers of a request")
    head_timeout_s: float = Field(default=10, gt=0, description="time for the head of a request to arrive whole")
    max_body_bytes: int = Field(default=1 << 20, ge=1024, description="largest body of a request")
    max_batch_body_bytes: int = Field(default=8 << 20, ge=1024, description="the same, where many come at once")
    max_bodies_bytes: int = Field(
        default=64 << 20, ge=1024, description="bodies of a port's requests in hand, together; others are answered 503"
    )
    max_body_values: int = Field(default=20_000, ge=100, description="values in a body, or in one item of a batch")
    max_item_bytes: int = Field(default=256 << 10, ge=1024, description="characters of one item of a batch")
    max_nesting: int = Field(default=64, ge=8, le=200, description="lists and objects within one another in a body")
    body_timeout_s: float = Field(default=10, gt=0, description="time for a body to arrive, before what it earns")
    body_bytes_per_s: int = Field(default=16 << 10, ge=1, description="bytes that earn a body one more second")
    keep_alive_s: int = Field(
        default=75, ge=1, description="rest of a connection between requests; longer than clients and proxies keep it"
    )
    send_timeout_s: float = Field(default=20, gt=0, description="time for a caller to take what is sent to it")
    linger_s: float = Field(
        default=2, gt=0, description="how long a caller is listened to after an early answer, so that it arrives"
    )

    clock_file: Path | None = Field(default=None, description="stack clock of a demo or a test; absent: real time")
    log_level: str = Field(default="INFO", description="least level that is logged")
    log_format: str = Field(default="json", pattern="^(json|console)$", description="json or console")
    stuck_after_s: float = Field(default=30, gt=1, description="a loop that did not turn for so long ends its process")
    shutdown_s: float = Field(default=10, gt=0, description="how long a graceful stop may take")


class KafkaSettings(BaseSettings):
    """How a process reaches Kafka: addresses, encryption, and the account it signs in with."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    kafka_bootstrap: str = Field(default="127.0.0.1:9092", description="host:port[,host:port]")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="`SSL` encrypts; `SASL_SSL` encrypts and signs in"
    )
    kafka_ca_file: Path | None = Field(
        default=None, description="PEM of the authority of Kafka's certificate; absent: the system's authorities"
    )
    kafka_certificate_file: Path | None = Field(
        default=None, description="PEM of a certificate by which the process identifies itself, where Kafka asks for it"
    )
    kafka_key_file: Path | None = Field(default=None, description="PEM of the key of that certificate")
    kafka_sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "OAUTHBEARER"] = Field(
        default="SCRAM-SHA-512", description="how the process signs in, where the protocol begins with `SASL_`"
    )
    kafka_username: str | None = Field(
        default=None, min_length=1, description="account, or client id of OAUTHBEARER; required with `SASL_`"
    )
    kafka_password: OwnSecret | None = Field(default=None, description="its password, or client secret of OAUTHBEARER")
    kafka_token_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="where OAUTHBEARER gets tokens (client credentials of OAuth 2.0); required with it",
    )
    kafka_token_scope: str | None = Field(default=None, min_length=1, description="scope that OAUTHBEARER asks for")

    @model_validator(mode="after")
    def _has_what_the_protocol_needs(self) -> Self:
        """Refuse a sign-in without account, and a certificate without key."""
        if self.kafka_security_protocol.startswith("SASL_") and not (self.kafka_username and self.kafka_password):
            raise ValueError("KAFKA_SECURITY_PROTOCOL signs in: set KAFKA_USERNAME and KAFKA_PASSWORD, too")
        if self.signs_in_by_token and not self.kafka_token_url:
            raise ValueError("OAUTHBEARER gets its tokens somewhere: set KAFKA_TOKEN_URL, too")
        if bool(self.kafka_certificate_file) != bool(self.kafka_key_file):
            raise ValueError("KAFKA_CERTIFICATE_FILE and KAFKA_KEY_FILE belong together: set both, or none")
        return self

    @property
    def signs_in_by_token(self) -> bool:
        """Whether the process signs in to Kafka by tokens of OAuth 2.0."""
        return self.kafka_security_protocol.startswith("SASL_") and self.kafka_sasl_mechanism == "OAUTHBEARER"


class ServiceSettings(ProcessSettings, KafkaSettings):
    """Settings that all services with a database share, besides those of every process."""

    database_url: OwnSecret = Field(description="postgresql://user:password@host:port/database")
    database_pool: int = Field(default=10, ge=2, le=100, description="connections a process holds at most")
    database_processes: int = Field(
        default=10, ge=1, description="processes of all services that share the database server, for a warning"
    )
    instance: str = Field(default="0", pattern=r"^[A-Za-z0-9-]{1,64}$", description="stable slot name of a worker")
    reporting_currency: Currency = Field(default="EUR", description="the deployment's one currency")

    topic_prefix: str = Field(
        default="lealtad", pattern=r"^[a-z0-9-]{1,40}$", description="first part of the topics' names"
    )
    topic_partitions: int = Field(default=12, ge=1, le=1000, description="fixed for the life of the topics")
    topic_replication: int = Field(default=1, ge=1, description="replicas of topics that are created")
    allow_unreplicated_topics: bool = Field(
        default=True, description="accept fewer than 3 replicas (refused when false)"
    )

    poll_records: int = Field(default=500, ge=1, description="events one transaction takes at most")
    backfill_batch: int = Field(
        default=100, ge=1, description="events of a backfill, or customers touched by it, that a transaction takes"
    )
    backfill_batch_beside_live: int = Field(default=20, ge=1, description="the same, while live events come")
    backfill_quiet_ms: int = Field(
        default=3000, ge=0, description="without its events for so long, a backfill is over; times the reader's stage"
    )
    backfill_longest_s: float = Field(
        default=600, gt=0, description="a backfill that never ends is evaluated in between after so long"
    )
    backfill_share: float = Field(
        default=0.2, gt=0, le=1, description="of its time, that a process gives to a backfill while live events come"
    )
    gather_ms: int = Field(
        default=50, ge=0, le=1000, description="a worker rests as long as its last batch took, and so long at most"
    )
    hold_ms: int = Field(
        default=100, ge=0, le=1000, description="how long records are held that may wait for what usually follows"
    )
    idle_gather_ms: int = Field(
        default=250, ge=0, le=5000, description="how long a worker off the decision path gathers records"
    )
    rebuild_records: int = Field(default=2000, ge=1, description="events one transaction of a rebuild takes at most")
    relay_batch: int = Field(default=1000, ge=1, description="live outbox rows relayed at once at most")
    relay_backfill_batch: int = Field(default=100, ge=1, description="the same, for rows of a backfill")
    relay_octets: int = Field(default=4 << 20, ge=1, description="octets relayed at once at most, but one row always")
    relay_poll_ms: int = Field(default=1000, ge=0, description="fallback poll of the outbox; 0 leaves only the wake-up")
    due_poll_ms: int = Field(default=1000, ge=10, description="how often due work is looked for")
    journal_days: int = Field(default=30, ge=1, description="how long traces are kept")
    event_archive_days: int = Field(default=30, ge=1, description="how long derived events can be republished")
    idempotency_hours: int = Field(default=48, ge=24, description="how long an Idempotency-Key is remembered")


def wrong_settings(error: ValidationError) -> list[str]:
    """Return which variables are missing or wrong and why, a line each, without their values."""
    failures = error.errors(include_url=False, include_input=False)
    return [f"{PREFIX}{'_'.join(map(str, item['loc'])).upper()}: {item['msg']}" for item in failures]


def unknown_variables(settings: type[BaseSettings], environment: Mapping[str, str]) -> list[str]:
    """Return a line for each variable with the prefix that `settings` do not read, with the nearest that they read.

    Pass over what Kubernetes adds for every Service beside a pod: a Service `lealtad-api` is LEALTAD_API_PORT.
    """
    known = [f"{PREFIX}{name.upper()}" for name in settings.model_fields]
    unknown = sorted(
        name
        for name, value in environment.items()
        if name.upper().startswith(PREFIX) and name.upper() not in known and not _is_service_link(name, value)
    )
    return [f"{name}: no process of this service reads it{_nearest(name.upper(), known)}" for name in unknown]


_SERVICE_LINK = re.compile(r"_SERVICE_HOST$|_SERVICE_PORT(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_|$)")
_PROTOCOLS = ("tcp://", "udp://", "sctp://")


def _is_service_link(name: str, value: str) -> bool:
    return bool(_SERVICE_LINK.search(name)) or (name.endswith("_PORT") and value.startswith(_PROTOCOLS))


def _nearest(name: str, known: list[str]) -> str:
    names = [each.removeprefix(PREFIX) for each in known]
    nearest = get_close_matches(name.removeprefix(PREFIX), names, n=1, cutoff=0.7)
    return f"; did you mean {PREFIX}{nearest[0]}?" if nearest else ""
