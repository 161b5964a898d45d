"""The costs at each size, as JSON and as tables."""

from typing import Literal

from pydantic import Field

from lealtad_bench.report import Machine, Written
from lealtad_bench.size.cost import Cost
from lealtad_bench.tabling import number, table


class SizeReport(Written):
    """A whole run."""

    benchmark: Literal["size"] = "size"
    machine: Machine
    customers: dict[str, Cost] = Field(description="By number of customers")
    facts: dict[str, Cost] = Field(description="By number of facts that the buying customers have")
    seconds: float


def tables(report: SizeReport) -> str:
    """Return all tables of a report as Markdown."""
    by_customers = _costs("Cost of a purchase by number of customers", "customers", report.customers)
    by_facts = _costs("Cost of a purchase by facts of the customer", "facts", report.facts)
    return "\n\n".join(part for part in (report.machine.in_words(report.seconds), by_customers, by_facts) if part)


def _costs(title: str, first: str, costs: dict[str, Cost]) -> str:
    head = [first, "p50 ms", "p99 ms", "CPU ms", "blocks touched", "rows read"]
    rows = [
        [
            f"{int(size):,}",
            number(cost.latency_ms.p50),
            number(cost.latency_ms.p99),
            number(cost.cpu_ms_per_purchase["total"]),
            number(cost.blocks),
            number(cost.rows),
        ]
        for size, cost in costs.items()
    ]
    return table(title, head, rows)
