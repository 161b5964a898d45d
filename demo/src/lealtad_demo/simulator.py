"""What the source does not know: who the customers are, what they allow, when they complain, how they answer offers.

Everything here is invented, seeded and labelled: the same seed gives the same people and the same answers in every
run, in whatever order it is asked. What it depends on is data (`demo/data/simulator.json`).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from random import Random

from pydantic import BaseModel, ConfigDict, Field

from lealtad_demo.files import SIMULATOR

LABEL = "simulated"


class Responsiveness(BaseModel):
    """The Beta distribution of how willing customers are to take an offer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alpha: float = Field(gt=0)
    beta: float = Field(gt=0)


class SimulatorSettings(BaseModel):
    """What the invented part of the demo depends on; shares are between 0 and 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    consent_share: dict[str, float] = Field(description="Share that allows marketing, by channel")
    complaint_share: float = Field(ge=0, le=1, description="Share of returns that come with a complaint")
    resolved_after_days: tuple[int, int] = Field(description="Fewest and most trading days to a resolution")
    answer_share: float = Field(ge=0, le=1, description="Share of presented offers that get an answer")
    responsiveness: Responsiveness
    appeal: dict[str, float] = Field(description="How attractive an offer is, by its kind")
    given_names: tuple[str, ...]
    family_names: tuple[str, ...]

    @classmethod
    def load(cls, path: Path = SIMULATOR) -> "SimulatorSettings":
        """Read the settings from JSON."""
        return cls.model_validate_json(path.read_bytes())


class Answer(StrEnum):
    """What a customer says to an offer."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Persona:
    """An invented person behind a real customer number."""

    name: str
    email: str
    consents: dict[str, bool]
    """Whether marketing is allowed, by channel."""
    responsiveness: float
    """Latent willingness to take an offer, between 0 and 1; no service knows it."""


@dataclass(frozen=True, slots=True)
class Simulator:
    """Draws persons, complaints and answers; a draw depends on the seed and the question, never on earlier draws."""

    settings: SimulatorSettings

    def persona(self, customer: str) -> Persona:
        """Return the person invented for a customer number."""
        draw = self._random("persona", customer)
        given, family = draw.choice(self.settings.given_names), draw.choice(self.settings.family_names)
        shares = sorted(self.settings.consent_share.items())
        return Persona(
            name=f"{given} {family}",
            email=f"customer-{customer}@{LABEL}.example.com",
            consents={channel: draw.random() < share for channel, share in shares},
            responsiveness=draw.betavariate(self.settings.responsiveness.alpha, self.settings.responsiveness.beta),
        )

    def complains(self, return_number: str) -> bool:
        """Return whether the customer complains when returning goods."""
        return self._random("complaint", return_number).random() < self.settings.complaint_share

    def days_to_resolve(self, case: str) -> int:
        """Return after how many trading days a case is resolved."""
        return self._random("resolution", case).randint(*self.settings.resolved_after_days)

    def answer(self, customer: str, offer: str, kind: str, day: date) -> Answer | None:
        """Return what the customer says to an offer on a day; None: no answer."""
        draw = self._random("answer", customer, offer, day.isoformat())
        if draw.random() >= self.settings.answer_share:
            return None
        willingness = self.persona(customer).responsiveness * self.settings.appeal[kind]
        return Answer.ACCEPTED if draw.random() < willingness else Answer.REJECTED

    def _random(self, *what: str) -> Random:
        return Random(":".join((str(self.settings.seed), *what)))  # noqa: S311 - a simulation, no secret
