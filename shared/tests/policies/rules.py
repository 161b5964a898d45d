"""A tiny service for tests of policies: it has one setting."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from lealtad.app import DatabasePart, HttpPart, Service, StreamPart
from lealtad.db import metadata
from lealtad.http import SafeValueError
from lealtad.kafka.consume.projections import Projections
from lealtad.policies import Policy, PolicyStamp
from lealtad.unit_of_work import Touched, UnitOfWork

METADATA = metadata()
LONGEST_DAYS = 1000


class Patience(BaseModel):
    """How long something waits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: int
    weekends: bool = True


class PatienceOut(Patience, PolicyStamp):
    """A version of it."""


def try_out(patience: Patience) -> None:
    """Wait as long, in days and in shares of them."""
    if patience.days > LONGEST_DAYS:
        raise SafeValueError("nobody waits for so long", "days")
    assert 1 / patience.days


PATIENCE = Policy(METADATA, "patience", Patience, PatienceOut, try_out=try_out)


async def nothing(_uow: UnitOfWork, _touched: Touched) -> None:
    """React to nothing."""


RULES = Service(
    name="complaints",
    title="Rules",
    description="Has a policy",
    http=HttpPart(),
    database=DatabasePart(Path(__file__).with_name("rules_migrations"), METADATA),
    stream=StreamPart(Projections(), nothing),
)
