"""How long a fault is felt: until all that follows from what a new customer does after it is there."""

import asyncio
import json
import os
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .ledger import SYSTEM
from .load import Load
from .sending import CAMPAIGNS, CHURN, PROFILE, SEGMENTATION
from .stage import until

REPORT_VARIABLE = "LEALTAD_FAULTS_REPORT"


@dataclass(frozen=True, slots=True)
class Recovery:
    """Seconds from the fault until what a new customer did had its effect everywhere."""

    faults: str
    answered_s: float
    """The first purchase was answered."""
    scored_s: float
    segmented_s: float
    decided_s: float
    complained_s: float
    """A case, opened after the purchase, was shown with the customer."""


async def measure(load: Load, faults: str, began: float) -> Recovery:
    """Let a customer whom nobody knows buy and complain, and wait for what follows; `began` is a monotonic time.

    A first purchase always leads to a score, to a segment and to a decision that names the score among its inputs.
    """
    name = f"{len(load.ledger.chapters)}-{re.sub('[^a-z0-9]+', '-', faults)}"
    customer = f"{SYSTEM}:{name}"

    async def seen(what: Callable[[Load, str], Awaitable[bool]]) -> float:
        await until(lambda: what(load, customer), f"{customer}: {what.__name__}")
        return _since(began)

    await load.buy(name, customer)
    answered = _since(began)
    await load.complain(f"{name}-case", customer)
    return Recovery(faults, answered, *await asyncio.gather(*map(seen, (_scored, _segmented, _decided, _complained))))


def _since(began: float) -> float:
    return round(time.monotonic() - began, 2)


async def _scored(load: Load, customer: str) -> bool:
    answer = await load.sender.get(CHURN, f"/v1/customers/{customer}/churn-score")
    return answer.is_success and answer.json()["probability"] is not None


async def _segmented(load: Load, customer: str) -> bool:
    answer = await load.sender.get(SEGMENTATION, f"/v1/customers/{customer}/segments")
    return answer.is_success and bool(answer.json()["segments"])


async def _decided(load: Load, customer: str) -> bool:
    answer = await load.sender.get(CAMPAIGNS, f"/v1/customers/{customer}/next-best-action")
    return answer.is_success and answer.json()["inputs"]["score"] is not None


async def _complained(load: Load, customer: str) -> bool:
    answer = await load.sender.get(PROFILE, f"/v1/customers/{customer}?include=cases")
    return answer.is_success and bool(answer.json()["cases"]["items"])


@dataclass(slots=True)
class Report:
    """The recoveries of a run, kept in a file after each of them."""

    path: Path
    recoveries: list[Recovery] = field(default_factory=list)

    def add(self, recovery: Recovery) -> None:
        """Take a recovery and write the file."""
        self.recoveries.append(recovery)
        self.path.write_text(json.dumps([asdict(each) for each in self.recoveries], indent=2))


def report_path(fallback: Path) -> Path:
    """Return the file named in LEALTAD_FAULTS_REPORT, or `fallback`."""
    return Path(os.environ.get(REPORT_VARIABLE) or fallback)
