"""Names and tables of the four stages."""

from dataclasses import dataclass

STAGES = 4
"""As Lealtad's chain: customer-profile, churn-scoring, segmentation, campaigns."""
DATABASE = "bench_floor"


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase, with a filling that makes it about as large as Lealtad's events."""

    id: int
    customer: str
    amount: str
    filling: str = "x" * 250


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage, counted from 0."""

    number: int

    @property
    def schema(self) -> str:
        """Return the schema of its tables."""
        return f"stage_{self.number}"

    @property
    def is_first(self) -> bool:
        """Return whether purchases enter here instead of by Kafka."""
        return self.number == 0

    @property
    def is_last(self) -> bool:
        """Return whether the chain ends here."""
        return self.number == STAGES - 1

    @property
    def reads(self) -> str:
        """Return the consumed topic."""
        return f"bench-floor.{self.number}"

    @property
    def writes(self) -> str:
        """Return the topic to which its relay sends."""
        return Stage(self.number + 1).reads

    @property
    def tables(self) -> str:
        """Return the statements that create its tables."""
        return f"""
            CREATE SCHEMA {self.schema};
            CREATE TABLE {self.schema}.inbox (id bigint PRIMARY KEY);
            CREATE TABLE {self.schema}.customer (
                customer text PRIMARY KEY, purchases bigint NOT NULL, amount numeric NOT NULL
            );
            CREATE TABLE {self.schema}.outbox (
                seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key bytea NOT NULL, value bytea NOT NULL
            ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
        """
