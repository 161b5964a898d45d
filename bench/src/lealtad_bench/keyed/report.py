"""The rates with and without keys, as JSON and as tables."""

from statistics import median
from typing import Literal

from pydantic import Field

from lealtad_bench.report import Machine, Written, ratio
from lealtad_bench.tabling import number, table, times
from lealtad_bench.throughput import Trial


class KeyedReport(Written):
    """A whole run."""

    benchmark: Literal["keyed"] = "keyed"
    machine: Machine
    clients: int
    unkeyed: list[Trial] = Field(description="Purchases without an Idempotency-Key, by round")
    keyed: list[Trial] = Field(description="Purchases with a new Idempotency-Key each, by round")
    seconds: float


def tables(report: KeyedReport) -> str:
    """Return the table of a report as Markdown."""
    rounds = zip(report.unkeyed, report.keyed, strict=True)
    rows = [_row(f"round {place}", plain, keyed) for place, (plain, keyed) in enumerate(rounds, start=1)]
    rates = [median(trial.rate for trial in side) for side in (report.unkeyed, report.keyed)]
    refused = [str(sum(trial.refused for trial in side)) for side in (report.unkeyed, report.keyed)]
    rows.append(["median", *(number(rate) for rate in rates), times(ratio(rates[1], rates[0])), *refused])
    head = ["", "unkeyed /s", "keyed /s", "ratio", "unkeyed refused", "keyed refused"]
    title = f"Purchases accepted per second from {report.clients} clients"
    return "\n\n".join([report.machine.in_words(report.seconds), table(title, head, rows)])


def _row(name: str, unkeyed: Trial, keyed: Trial) -> list[str]:
    rates = [number(unkeyed.rate), number(keyed.rate), times(ratio(keyed.rate, unkeyed.rate))]
    return [name, *rates, str(unkeyed.refused), str(keyed.refused)]
