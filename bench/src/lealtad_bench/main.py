"""The command `lealtad bench`, which measures the loop beside the floor of the machine and writes the tables."""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console

from lealtad_bench import page
from lealtad_bench.board import Board
from lealtad_bench.keyed import report as keyed_report
from lealtad_bench.keyed.report import KeyedReport
from lealtad_bench.keyed.run import Rounds, measure_keyed
from lealtad_bench.loop import measure
from lealtad_bench.measured_chain import NotAcceptedError, NothingSeenError
from lealtad_bench.plan import FULL, QUICK
from lealtad_bench.quality import report as quality_report
from lealtad_bench.quality.report import QualityReport
from lealtad_bench.report import Machine, Report, Written
from lealtad_bench.size import report as size_report
from lealtad_bench.size.report import SizeReport
from lealtad_bench.size.run import Sizes, measure_sizes
from lealtad_bench.summary import summarise
from lealtad_bench.tabling import write_into
from lealtad_local.home import Home
from lealtad_local.stack import Stack, running_stack, wipe
from lealtad_local.state import PARTITIONS, Options

FOLDER = "bench"
"""Folder of the benchmark's stack below the checkout's own, deleted afterwards."""
PAGES = {
    name: Path(f"docs/{page}.md")
    for name, page in (("loop", "benchmarks"), ("size", "benchmarks"), ("keyed", "benchmarks"), ("quality", "quality"))
}
REPORTS: dict[str, tuple[type[Written], Callable[[Any], str]]] = {
    "loop": (Report, page.tables),
    "size": (SizeReport, size_report.tables),
    "quality": (QualityReport, quality_report.tables),
    "keyed": (KeyedReport, keyed_report.tables),
}
T = TypeVar("T")


def run(argv: Sequence[str]) -> int:
    """Run a subcommand; exit with a message if the command line is wrong."""
    given = parser().parse_args(argv)
    try:
        given.run(given, Console())
    except NotAcceptedError as error:
        Console(stderr=True).print(f"The services did not accept what the run needs: {error}", markup=False)
        return 1
    except NothingSeenError as error:
        Console(stderr=True).print(f"Nothing could be measured: {error}", markup=False)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser("lealtad bench", description=__doc__)
    commands = parser.add_subparsers(required=True)
    loop = commands.add_parser("loop", help="measure floor and Lealtad in turn, about half an hour")
    loop.add_argument("--quick", action="store_true", help="a rough answer in a minute")
    loop.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    loop.add_argument("--only", nargs="+", choices=FULL.names, metavar="POINT", help=", ".join(FULL.names))
    _with_partitions(loop)
    loop.set_defaults(run=run_loop)
    size = commands.add_parser("size", help="does a purchase cost more with more customers, or more facts?")
    size.add_argument("--customers", nargs="+", type=int, default=[10_000, 1_000_000], help="ascending, full thousands")
    size.add_argument("--facts", nargs="+", type=int, default=[10, 10_000], help="of each customer who buys")
    size.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    _with_partitions(size)
    size.set_defaults(run=run_size)
    keyed = commands.add_parser("keyed", help="what does an Idempotency-Key cost? Some minutes")
    keyed.add_argument("--clients", type=int, default=500, help="who send as fast as they are answered")
    keyed.add_argument("--seconds", type=float, default=10, help="of each side in each round")
    keyed.add_argument("--rounds", type=int, default=3)
    keyed.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    _with_partitions(keyed)
    keyed.set_defaults(run=run_keyed)
    quality = commands.add_parser("quality", help="how right are scores after training? needs public data of shops")
    quality.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    quality.add_argument("--only", nargs="+", metavar="CUT", help="such as cdnow-1998-04-01")
    quality.set_defaults(run=run_quality)
    tables = commands.add_parser("tables", help="write the tables of a run into its page")
    tables.add_argument(
        "json", type=Path, metavar="FILE", help="what `loop`, `size`, `keyed` or `quality` wrote by --json"
    )
    tables.add_argument("--into", type=Path, metavar="PAGE", help="docs/benchmarks.md or docs/quality.md without it")
    tables.set_defaults(run=run_tables)
    return parser


def _with_partitions(command: argparse.ArgumentParser) -> None:
    explained = f"of each topic, the floor's and ours; {PARTITIONS} without it"
    command.add_argument("--partitions", type=int, default=PARTITIONS, metavar="N", help=explained)


def run_loop(given: argparse.Namespace, console: Console) -> None:
    """Measure the loop, and show the tables."""
    began, machine = time.perf_counter(), Machine.this()
    plan = QUICK if given.quick else FULL
    if given.only:
        plan = plan.only(given.only)
    findings = on_a_stack(console, given.partitions, lambda stack: measure(stack, plan, Board(console)))
    seconds = time.perf_counter() - began
    report = summarise(findings, machine, partitions=given.partitions, quick=given.quick, seconds=seconds)
    show(console, page.tables(report))
    if given.json:
        report.write(given.json)


def run_size(given: argparse.Namespace, console: Console) -> None:
    """Measure the cost by size, and show the tables."""
    began, machine = time.perf_counter(), Machine.this()
    sizes = Sizes(sorted(given.customers), given.facts)
    customers, facts = on_a_stack(console, given.partitions, lambda stack: measure_sizes(stack, sizes, Board(console)))
    report = SizeReport(machine=machine, customers=customers, facts=facts, seconds=time.perf_counter() - began)
    show(console, size_report.tables(report))
    if given.json:
        report.write(given.json)


def run_quality(given: argparse.Namespace, console: Console) -> None:
    """Measure the quality of scores, and show the tables."""
    from lealtad_bench.quality.measurement import measure_quality  # noqa: PLC0415 - loads scikit-learn

    report = measure_quality(given.only)
    show(console, quality_report.tables(report))
    if given.json:
        report.write(given.json)


def run_keyed(given: argparse.Namespace, console: Console) -> None:
    """Measure purchases with and without keys, and show the table."""
    began, machine = time.perf_counter(), Machine.this()
    rounds = Rounds(given.rounds, given.clients, given.seconds)
    # All clients have a request in hand at the same time.
    os.environ |= {"LEALTAD_MAX_REQUESTS": str(2 * given.clients), "LEALTAD_MAX_CONNECTIONS": str(2 * given.clients)}
    trials = on_a_stack(console, given.partitions, lambda stack: measure_keyed(stack, rounds, Board(console)))
    seconds = time.perf_counter() - began
    report = KeyedReport(machine=machine, clients=given.clients, **trials, seconds=seconds)
    show(console, keyed_report.tables(report))
    if given.json:
        report.write(given.json)


def run_tables(given: argparse.Namespace, console: Console) -> None:
    """Update the tables of the page from a report."""
    written = json.loads(given.json.read_text(encoding="utf-8"))
    name = written["benchmark"]
    report, tables = REPORTS[name]
    page_of_tables = given.into or PAGES[name]
    write_into(page_of_tables, name, tables(report.model_validate(written)))
    console.print(f"{page_of_tables} has the tables of {given.json}.", markup=False, highlight=False)


def on_a_stack(console: Console, partitions: int, measured: Callable[[Stack], Awaitable[T]]) -> T:
    """Run a measurement on a separate stack, which is deleted afterwards."""
    home = Home(Home.default().folder / FOLDER)

    async def run() -> T:
        return await measured(stack)

    try:
        with running_stack(home, Options(fresh=True, partitions=partitions), console.print) as stack:
            return asyncio.run(run())
    finally:
        wipe(home)


def show(console: Console, text: str) -> None:
    """Print tables as in the page."""
    console.print(f"\n{text}", markup=False, highlight=False, soft_wrap=True)
