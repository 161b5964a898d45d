"""The tables of a report of the loop."""

from lealtad_bench.report import Report, Side, ratio
from lealtad_bench.tabling import number, table, times
from lealtad_demo.report import Latency

PERCENTILES = ("p50", "p95", "p99")


def tables(report: Report) -> str:
    """Return all tables of a report as Markdown."""
    parts = (origin, latency, throughput, reading, backfill, hops, cpu, memory)
    return "\n\n".join(text for part in parts if (text := part(report)))


def origin(report: Report) -> str:
    """Return the origin of the figures, and warnings about them."""
    lines = [f"{report.machine.in_words(report.seconds)} {report.partitions} partitions a topic."]
    if report.quick:
        lines.append("**A quick run: few samples, rough figures.**")
    if report.floors_differ:
        names = ", ".join(report.floors_differ)
        lines.append(f"**The two floors differ by more than 25 % at {names}: the machine was restless there.**")
    return "\n\n".join(lines)


def latency(report: Report) -> str:
    """Return latencies of the floor beside Lealtad's."""
    rows = [
        [
            name.replace("at_", "") + "/s",
            *_percentiles(report.floor.latency_ms[name]),
            *_percentiles(ours),
            *(times(ratio(getattr(ours, p), getattr(report.floor.latency_ms[name], p))) for p in ("p50", "p99")),
            number(report.ours.settled_s[name]),
            _samples(report.ours, name),
        ]
        for name, ours in report.ours.latency_ms.items()
    ]
    head = ["purchases", *(f"floor {p}" for p in PERCENTILES), *(f"ours {p}" for p in PERCENTILES)]
    return table("Latency in ms", [*head, "p50 ratio", "p99 ratio", "settled after s", "samples"], rows)


def throughput(report: Report) -> str:
    """Return throughputs of the floor beside Lealtad's."""
    rows = []
    for name in report.ours.purchases_per_s.trials:
        floor, ours = (getattr(side.purchases_per_s, name) for side in (report.floor, report.ours))
        rows.append([name, number(floor), number(ours), times(ratio(ours, floor))])
    return table("Purchases per second, sustained", ["request", "floor", "ours", "ratio"], rows)


def reading(report: Report) -> str:
    """Return the latency of reads."""
    read = report.next_best_action_read
    samples = f"{read.measured} ({read.not_read} not read)" if read.not_read else str(read.measured)
    row = [number(read.p50_ms), number(read.p95_ms), number(read.p99_ms), samples]
    rows = [row] if read.measured or read.not_read else []
    return table("Reading a next-best action in ms, 200/s beside 20 purchases/s", [*PERCENTILES, "samples"], rows)


def backfill(report: Report) -> str:
    """Return latencies of live purchases during a backfill, beside the same rate without one."""
    beside = report.beside_history
    if beside is None:
        return ""
    alone, found = report.ours.latency_ms.get("at_20"), beside.latency_ms
    row = [
        f"{beside.loaded_meanwhile:,} of {beside.invoices:,}",
        *_percentiles(found),
        times(ratio(found.p99, alone.p99 if alone else None)),
        number(beside.loaded_s),
        number(beside.settled_s),
        f"{found.measured}" + (f" ({beside.not_seen} not seen)" if beside.not_seen else ""),
    ]
    head = ["invoices meanwhile", *PERCENTILES, "p99 ratio to 20/s alone", "all accepted after s", "settled after s"]
    return table("Latency in ms at 20/s while a backfill is under way", [*head, "samples"], [row])


def hops(report: Report) -> str:
    """Return the time of each hop."""
    return _matrix("Median of each hop in ms", "hop", report.hops_ms)


def cpu(report: Report) -> str:
    """Return CPU time per purchase, by process."""
    ours = _matrix("CPU time per purchase in ms, ours", "process", report.cpu_ms_per_purchase)
    floor = _matrix("CPU time per purchase in ms, floor", "process", report.floor.cpu_ms_per_purchase)
    idle = f"The idle stack uses {report.idle_cpu_ms_per_s.get('total', 0):g} ms of CPU a second."
    stands = ", ".join(f"{name} {longest:g}" for name, longest in report.longest_stand_ms.items())
    stood = f"Longest time for which the event loop of an API stood, in ms: {stands}." if stands else ""
    return "\n\n".join(part for part in (ours, floor, idle, stood) if part)


def memory(report: Report) -> str:
    """Return memory by process."""
    return _matrix("Memory after all load in MiB (proportional set size)", "process", {"MiB": report.memory_mib})


def _matrix(title: str, first: str, columns: dict[str, dict[str, float]]) -> str:
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    rows = [[name, *(number(column.get(name)) for column in columns.values())] for name in names]
    return table(title, [first, *columns], rows)


def _samples(side: Side, name: str) -> str:
    failed = {"not seen": side.not_seen[name], "not accepted": side.not_accepted[name]}
    told = ", ".join(f"{number} {what}" for what, number in failed.items() if number)
    return f"{side.latency_ms[name].measured}" + (f" ({told})" if told else "")


def _percentiles(latency: Latency) -> list[str]:
    return [number(getattr(latency, name)) for name in PERCENTILES]
