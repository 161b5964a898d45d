"""Whether the inputs that can forbid a promotion, consents and complaints, are read to their end."""

from dataclasses import dataclass

from campaigns.domain.findings import Finding
from lealtad.events.topics import CASES, CUSTOMERS
from lealtad.kafka.freshness import input_ages
from lealtad.kafka.naming import topic_on_wire
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Database, UnitOfWork


@dataclass(frozen=True, slots=True)
class ForbiddingInputs:
    """Our names of the topics whose events can forbid a promotion, each with its name on the wire."""

    on_wire: dict[str, str]


async def forbidding_inputs(_: Database, settings: ServiceSettings) -> ForbiddingInputs:
    """Return the topics to watch; called once when a process starts."""
    return ForbiddingInputs({topic.name: topic_on_wire(settings, topic.name) for topic in (CASES, CUSTOMERS)})


async def ages(uow: UnitOfWork) -> dict[str, float]:
    """Return the age of each forbidding input in seconds of system time; infinite when it was never read to its end."""
    inputs: ForbiddingInputs = uow.resources
    found = await input_ages(uow.connection, list(inputs.on_wire.values()))
    return {name: found[on_wire] for name, on_wire in inputs.on_wire.items()}


def staleness(age_of: dict[str, float], limit_s: int) -> Finding | None:
    """Return why promotions are ruled out because an input is older than `limit_s`, or None."""
    for name, age in sorted(age_of.items()):
        if age > limit_s:
            return Finding(f"{name}-not-fresh", f"{name} were not confirmed as read within {limit_s} s: fail closed")
    return None
