"""`lealtad bench`: measures the loop beside the bare floor of the machine, and makes the tables of the results."""

import argparse
import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from lealtad_bench.board import Board
from lealtad_bench.loop import measure
from lealtad_bench.page import tables, write_into
from lealtad_bench.plan import FULL, QUICK
from lealtad_bench.report import Machine, Report
from lealtad_bench.subject import NotAcceptedError
from lealtad_bench.summary import summarise
from lealtad_local.home import Home
from lealtad_local.stack import running_stack, wipe
from lealtad_local.state import Options

FOLDER = "bench"
"""Where the stack of the benchmark lives, below the checkout's own; it is gone afterwards."""


def run(argv: Sequence[str]) -> int:
    """Run a subcommand; exits with a message where the command line is wrong."""
    parser = argparse.ArgumentParser("lealtad bench", description=__doc__)
    commands = parser.add_subparsers(required=True)
    loop = commands.add_parser("loop", help="measure floor and Lealtad in turn, about half an hour")
    loop.add_argument("--quick", action="store_true", help="a rough answer in a minute")
    loop.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    loop.add_argument("--only", nargs="+", choices=FULL.names, metavar="POINT", help=", ".join(FULL.names))
    loop.set_defaults(run=run_loop)
    page = commands.add_parser("tables", help="write the tables of a run into docs/benchmarks.md")
    page.add_argument("json", type=Path, metavar="FILE", help="what `loop --json` wrote")
    page.add_argument("--into", type=Path, default=Path("docs/benchmarks.md"), metavar="PAGE")
    page.set_defaults(run=run_tables)
    given = parser.parse_args(argv)
    try:
        given.run(given)
    except NotAcceptedError as error:
        Console(stderr=True).print(f"The services did not accept what the run needs: {error}", markup=False)
        return 1
    return 0


def run_loop(given: argparse.Namespace) -> None:
    """Measure on a stack of its own, and show the tables."""
    console, began, machine = Console(), time.perf_counter(), Machine.this()
    plan = QUICK if given.quick else FULL
    if given.only:
        plan = plan.only(given.only)
    home = Home(Home.default().folder / FOLDER)
    try:
        with running_stack(home, Options(fresh=True), console.print) as stack:
            findings = asyncio.run(measure(stack, plan, Board(console)))
    finally:
        wipe(home)
    report = summarise(findings, machine, quick=given.quick, seconds=time.perf_counter() - began)
    console.print(f"\n{tables(report)}", markup=False, highlight=False, soft_wrap=True)
    if given.json:
        report.write(given.json)


def run_tables(given: argparse.Namespace) -> None:
    """Put the tables of a report into the page."""
    write_into(given.into, Report.read(given.json))
