"""`lealtad demo`: real invoices through a fresh local stack, then the stories of three customers."""

import argparse
import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

from rich.console import Console

from lealtad_demo.cast import CastRules, cast
from lealtad_demo.chronicle import Chronicle
from lealtad_demo.client import Apis
from lealtad_demo.display import shown, wrapped
from lealtad_demo.facts import CURRENCY
from lealtad_demo.figures import Figures
from lealtad_demo.holdings import count_facts
from lealtad_demo.invitation import invite
from lealtad_demo.invoices import TradingDay, trading_days
from lealtad_demo.replay import Replay
from lealtad_demo.report import FactCounts, Report
from lealtad_demo.simulator import Simulator, SimulatorSettings
from lealtad_demo.stage import Stage
from lealtad_demo.story import tell
from lealtad_local.errors import StackError
from lealtad_local.home import Home
from lealtad_local.stack import Stack, running_stack
from lealtad_local.state import Options, StackState

DEFAULT_DAYS = 120
FEW_CUSTOMERS = timedelta(weeks=4)
"""Days in which the shop has few customers."""
RANKS_NOTE = (
    "In the first weeks, customers are ranked among few: Champions are entered and left from one day to the next."
)


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of the command line."""

    days: int | None
    """Trading days to replay, or None for all."""
    ends: bool
    report: Path | None


def arguments(argv: Sequence[str]) -> Arguments:
    """Parse the command line; exit with a message if it is wrong."""
    parser = argparse.ArgumentParser("lealtad demo", description=__doc__)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--days", type=positive, default=DEFAULT_DAYS, help="trading days to replay (120)")
    length.add_argument("--all", action="store_true", help="replay all 227 trading days")
    parser.add_argument("--exit", action="store_true", help="stop the stack at the end")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the figures as JSON")
    given = parser.parse_args(argv)
    return Arguments(None if given.all else given.days, given.exit, given.report)


def positive(text: str) -> int:
    """Parse a whole number above 0."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def run(argv: Sequence[str]) -> int:
    """Run the demo; return 0 if no fact was lost, doubled or refused, otherwise 1."""
    asked, console, began = arguments(argv), Console(), time.perf_counter()
    days = list(islice(trading_days(), asked.days))
    home = Home.default()
    require_disposable(home)
    os.environ["LEALTAD_REPORTING_CURRENCY"] = CURRENCY
    morning = days[0].closes_at.replace(hour=0, minute=0)
    with running_stack(home, Options(clock=morning, fresh=True), console.print, stays=not asked.ends) as running:
        healthy = time.perf_counter() - began
        console.print(f"Healthy after {healthy:.1f} s. Replaying {len(days)} trading days.")
        report, refs = asyncio.run(perform(running, days, console, began, healthy))
        console.print(f"\n{conclusion(report)}", highlight=False)
        if asked.report:
            report.write(asked.report)
        if not asked.ends:
            invite(running.urls(), running.token(), refs, console)
    return int(bool(report.lost or report.doubled or report.refused))


def require_disposable(home: Home) -> None:
    """Raise StackError if the demo, which begins with an empty stack, would empty a stack of the user."""
    before = StackState.load(home)
    if before and before.options.clock is None and home.postgres.exists():
        raise StackError(
            f"{home.folder} holds the data of a stack of your own, and the demo begins with an empty one. Remove them "
            "(.venv/bin/lealtad down --wipe), or run the demo elsewhere (LEALTAD_HOME=FOLDER)."
        )


async def perform(
    running: Stack, days: Sequence[TradingDay], console: Console, began: float, healthy: float
) -> tuple[Report, list[str]]:
    """Replay the days and print the stories; return the figures, and references of the customers in the stories."""
    figures = Figures(days=len(days))
    async with Stage.on(running) as stage:
        with shown(console) as show:
            replay = Replay(stage, Simulator(SimulatorSettings.load()), figures, show)
            await replay.run(days)
        replayed = figures.seconds
        refs = await tell_stories(stage.apis, replay.chronicle, days, console)
        found = await count_facts(running.home)
    ids = {customer: past.id for customer, past in replay.chronicle.pasts.items()}
    accepted = {ids[customer]: count for customer, count in figures.facts.items()}
    compared = {service: FactCounts.compare(accepted, counts) for service, counts in found.items()}
    report = Report(
        trading_days=len(days),
        customers=len(ids),
        accepted=figures.accepted,
        refused=figures.refused,
        lost=sum(each.lost for each in compared.values()),
        doubled=sum(each.doubled for each in compared.values()),
        held=compared,
        cases=figures.cases,
        offers=figures.offers,
        muted=figures.muted,
        segments=figures.segments,
        churn_bands=figures.bands,
        lag=figures.lag,
        loop_latency_ms=figures.latency,
        facts_per_second=round(figures.accepted / replayed, 1),
        healthy_seconds=round(healthy, 1),
        replay_seconds=round(replayed, 1),
        seconds=round(time.perf_counter() - began, 1),
    )
    return report, refs


async def tell_stories(apis: Apis, chronicle: Chronicle, days: Sequence[TradingDay], console: Console) -> list[str]:
    """Print the stories of three customers, and return the references of these customers."""
    rules, first, today = CastRules.load(), days[0].closes_at.date(), days[-1].closes_at.date()
    stories = await tell(apis, cast(chronicle.pasts.values(), rules, today), rules, today)
    if any(story.ranked_on and story.ranked_on <= first + FEW_CUSTOMERS for story in stories):
        console.print(f"\n{wrapped(RANKS_NOTE, console.width)}", markup=False, highlight=False)
    for story in stories:
        console.print(f"\n{wrapped(story.title, console.width)}", style="bold", markup=False, highlight=False)
        for line in story.lines:
            console.print(wrapped(line, console.width), markup=False, highlight=False)
    return [story.ref for story in stories if story.ref]


def conclusion(report: Report) -> str:
    """Return a sentence on whether every fact answered 2xx is stored exactly once."""
    return (
        f"{report.accepted} facts accepted, {report.refused} refused; {report.lost} lost and {report.doubled} doubled "
        f"in {len(report.held)} services that count them; {report.replay_seconds:.0f} s of replay."
    )
