"""The display of the replay: a live table on a terminal, plain lines elsewhere."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from textwrap import fill
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table

from lealtad_demo.figures import Figures
from lealtad_demo.report import Latency

PLAIN_EVERY_DAYS = 10
PACE = "over HTTP, paced: every day waits until the last has settled"


class Show(Protocol):
    """A display that receives the newest figures after every trading day."""

    def __call__(self, figures: Figures) -> None:
        """Show the figures."""
        ...


@contextmanager
def shown(console: Console) -> Iterator[Show]:
    """Yield the display of this console for the time of the replay."""
    if not console.is_terminal:
        yield lambda figures: plain(console, figures)
        return
    with Live(console=console, refresh_per_second=4) as live:
        yield lambda figures: live.update(table(figures))


def plain(console: Console, figures: Figures) -> None:
    """Print a short line every few trading days, and all figures on the last."""
    if figures.day == figures.days:
        for name, value in rows(figures).items():
            console.print(f"{name}: {value}", soft_wrap=True, markup=False, highlight=False)
    elif figures.day % PLAIN_EVERY_DAYS == 0:
        console.print(short(figures), soft_wrap=True, markup=False, highlight=False)


def short(figures: Figures) -> str:
    """Return the progress of the replay in one line."""
    return (
        f"day {figures.day}/{figures.days} ({figures.today}): {figures.accepted} facts, {figures.refused} refused; "
        f"{figures.presented} offers made; {figures.open_cases} complaints open"
    )


def table(figures: Figures) -> Table:
    """Return the figures as a table of two columns."""
    grid = Table(title="Lealtad: real invoices, simulated people and answers", show_header=False)
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for name, value in rows(figures).items():
        grid.add_row(name, value)
    return grid


def rows(figures: Figures) -> dict[str, str]:
    """Return the rows of the table, by name."""
    offers = figures.offers
    answers = f"{offers.accepted} accepted, {offers.rejected} rejected, {offers.unanswered} no answer"
    return {
        "day": f"{figures.day}/{figures.days} ({figures.today})",
        "facts": f"{figures.accepted} accepted, {figures.refused} refused, {figures.facts_per_second}/s ({PACE})",
        "lag": f"{counted(figures.lag)} (waiting right after the day's facts were sent; 0 when the day has settled)",
        "loop": milliseconds(figures.latency),
        "segments": counted(figures.segments),
        "churn bands": counted(figures.bands),
        "offers": f"{offers.presented} made: {answers} (simulated answers)",
        "complaints": f"{figures.open_cases} open of {figures.cases} (simulated)",
        "promotions": f"rested for {figures.muted} of the customers turned to so far, because of a complaint",
    }


def counted(numbers: Mapping[str, int]) -> str:
    """Return `name number, …`, or a dash for an empty mapping."""
    return ", ".join(f"{name} {number}" for name, number in numbers.items()) or "-"


def milliseconds(latency: Latency) -> str:
    """Return p50 and p99 with the number of measurements."""
    if not latency.measured:
        return "warming up"
    return f"p50 {latency.p50} ms, p99 {latency.p99} ms of {latency.measured} purchases that changed a decision"


def wrapped(line: str, width: int) -> str:
    """Return a line in pieces no wider than `width`; later pieces are indented a little more."""
    indent = line[: len(line) - len(line.lstrip())]
    return fill(line, width, subsequent_indent=f"{indent}  ", break_on_hyphens=False)
