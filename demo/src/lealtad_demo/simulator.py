"""The simulation of data missing in the source: persons, consents, complaints, and answers to offers.

Everything here is invented, seeded and labelled: the same seed gives the same people and the same answers in every
run, in whatever order it is asked. What it depends on is data (`demo/data/simulator.json`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from random import Random

from pydantic import BaseModel, ConfigDict, Field

from lealtad_demo.files import SIMULATOR

LABEL = "simulated"


class Responsiveness(BaseModel):
    """The Beta distribution of the willingness to accept an offer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alpha: float = Field(gt=0)
    beta: float = Field(gt=0)


class Contacts(BaseModel):
    """The capacity of the simulated staff: contacts of complaining customers per day, of other customers per round."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    complaining: int = Field(ge=0, description="Customers whose complaint is open")
    endangered: int = Field(ge=0, description="Customers with the most value at risk")
    lapsing: int = Field(ge=0, description="Customers who bought often and stopped")
    buying: int = Field(ge=0, description="Customers who bought on that day")


class SimulatorSettings(BaseModel):
    """Settings of the simulation; shares are between 0 and 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    consent_share: dict[str, float] = Field(
        description="Share that allows marketing on one channel or on `all`; the rest allows none"
    )
    complaint_share: float = Field(ge=0, le=1, description="Share of returns that come with a complaint")
    complaint_causes: tuple[str, ...]
    severity_from_amount: dict[str, Decimal] = Field(description="Least amount returned, by severity, ascending")
    resolved_after_days: tuple[int, int] = Field(description="Fewest and most trading days to a resolution")
    contact_hours: dict[str, str | tuple[int, ...]] = Field(
        description="Of the shop, as its contact policy says them: while it trades"
    )
    contact_every_days: int = Field(ge=1, description="Trading days from one round of contacts to the next")
    contacts_a_day: Contacts
    days_between_contacts: int = Field(ge=1, description="Before the same customer is contacted again")
    answer_share: float = Field(ge=0, le=1, description="Share of presented offers that get an answer")
    responsiveness: Responsiveness
    appeal: dict[str, float] = Field(description="How attractive an offer is, by its kind")
    given_names: tuple[str, ...]
    family_names: tuple[str, ...]

    @classmethod
    def load(cls, path: Path = SIMULATOR) -> "SimulatorSettings":
        """Return the settings of a JSON file."""
        return cls.model_validate_json(path.read_bytes())


class Answer(StrEnum):
    """The answer of a customer to an offer."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Persona:
    """An invented person behind a real customer number."""

    given_name: str
    family_name: str
    email: str
    marketing: str | None
    """The channel on which marketing is allowed, `all`, or None."""
    responsiveness: float
    """Latent willingness to accept an offer, between 0 and 1, which no service knows."""


@dataclass(frozen=True, slots=True)
class Grievance:
    """The cause and severity of a complaint, by codes of the complaints service."""

    cause: str
    severity: str


@dataclass(frozen=True, slots=True)
class Simulator:
    """A source of persons, complaints and answers; draws depend on the seed and purpose, never on earlier draws."""

    settings: SimulatorSettings

    def persona(self, customer: str) -> Persona:
        """Return the person invented for a customer number."""
        draw = self._random("persona", customer)
        return Persona(
            given_name=draw.choice(self.settings.given_names),
            family_name=f"{draw.choice(self.settings.family_names)} ({LABEL})",
            email=f"customer-{customer}@{LABEL}.example.com",
            marketing=chosen(self.settings.consent_share, draw.random()),
            responsiveness=draw.betavariate(self.settings.responsiveness.alpha, self.settings.responsiveness.beta),
        )

    def complaint(self, return_number: str, amount: Decimal) -> Grievance | None:
        """Return the complaint of a customer who returns goods worth `amount`, or None."""
        draw = self._random("complaint", return_number)
        if draw.random() >= self.settings.complaint_share:
            return None
        reached = [name for name, least in self.settings.severity_from_amount.items() if amount >= least]
        return Grievance(draw.choice(self.settings.complaint_causes), reached[-1])

    def days_to_resolve(self, case: str) -> int:
        """Return the number of trading days until a case is resolved."""
        return self._random("resolution", case).randint(*self.settings.resolved_after_days)

    def answer(self, customer: str, offer: str, kind: str, day: date) -> Answer | None:
        """Return the answer to an offer on a day, or None."""
        draw = self._random("answer", customer, offer, day.isoformat())
        if draw.random() >= self.settings.answer_share:
            return None
        willingness = self.persona(customer).responsiveness * self.settings.appeal[kind]
        return Answer.ACCEPTED if draw.random() < willingness else Answer.REJECTED

    def _random(self, *what: str) -> Random:
        return Random(":".join((str(self.settings.seed), *what)))  # noqa: S311 - a simulation, no secret


def chosen(shares: Mapping[str, float], draw: float) -> str | None:
    """Return the name whose interval between 0 and 1 contains `draw`, or None beyond all intervals."""
    end = 0.0
    for name, share in shares.items():
        end += share
        if draw < end:
            return name
    return None
