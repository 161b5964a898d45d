"""How long a fault is felt: until the score and the decision of a customer who buys after it are there."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .faults import Fault
from .ledger import SYSTEM
from .load import CAMPAIGNS, Load
from .stage import until

REPORT_VARIABLE = "LEALTAD_FAULTS_REPORT"


@dataclass(frozen=True, slots=True)
class Recovery:
    """Seconds from the fault until a new customer's first purchase was answered, scored and decided on."""

    fault: str
    answered_s: float
    scored_s: float
    decided_s: float


async def measure(load: Load, fault: Fault, began: float) -> Recovery:
    """Let a customer whom nobody knows buy, and wait for the score and the decision; `began` is a monotonic time.

    A first purchase always leads to a score, and the decision that follows names it among its inputs.
    """
    name = str(fault).replace(" ", "-")
    customer = f"{SYSTEM}:{name}"
    await load.buy(name, customer)
    answered = time.monotonic()
    await until(lambda: _is_scored(load, customer), f"{customer} is scored")
    scored = time.monotonic()
    await until(lambda: _is_decided_on(load, customer), f"{customer}'s score is decided on")
    moments = (answered, scored, time.monotonic())
    return Recovery(str(fault), *(round(moment - began, 2) for moment in moments))


async def _is_scored(load: Load, customer: str) -> bool:
    answer = await load.sender.get("churn-scoring", f"/v1/customers/{customer}/churn-score")
    return answer.is_success and answer.json()["probability"] is not None


async def _is_decided_on(load: Load, customer: str) -> bool:
    answer = await load.sender.get(CAMPAIGNS, f"/v1/customers/{customer}/next-best-action")
    return answer.is_success and answer.json()["inputs"]["score"] is not None


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
