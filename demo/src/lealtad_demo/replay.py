"""The replay of trading days through the services' APIs, one business day after the other has settled."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lealtad_demo.chronicle import Chronicle
from lealtad_demo.client import CAMPAIGNS
from lealtad_demo.desk import Desk
from lealtad_demo.display import Show
from lealtad_demo.enrolment import enrol
from lealtad_demo.facts import Fact, FactWriter
from lealtad_demo.figures import Figures
from lealtad_demo.intake import last_purchases, send_batches
from lealtad_demo.invoices import TradingDay
from lealtad_demo.loop import LoopMeter
from lealtad_demo.outreach import Outreach
from lealtad_demo.readings import churn_bands, segment_sizes
from lealtad_demo.simulator import Simulator
from lealtad_demo.stage import Stage

MEASURED = 5
"""Purchases sent one at a time on a day of contacts to measure the loop; others go in batches."""
OVERVIEW_EVERY_DAYS = 10


@dataclass(slots=True)
class Replay:
    """The replay of the shop's days, with a simulated complaints desk and staff."""

    stage: Stage
    simulator: Simulator
    figures: Figures
    show: Show
    chronicle: Chronicle = field(default_factory=Chronicle)
    _writer: FactWriter = field(default_factory=FactWriter)

    async def run(self, days: Iterable[TradingDay]) -> None:
        """Replay the days in order, and return after the last has settled."""
        apis = self.stage.apis
        desk = Desk(apis, self.simulator, self.chronicle)
        outreach = Outreach(apis, self.simulator, self.chronicle, self.figures)
        # The staff contacts customers while the shop trades: on Sundays and late on some evenings, too.
        await apis.amend(CAMPAIGNS, "/v1/contact-policy", {"contact_hours": self.simulator.settings.contact_hours})
        for number, day in enumerate(days, start=1):
            await self.stage.move_to(day.closes_at)
            self.figures.day, self.figures.today = number, day.closes_at.date()
            await asyncio.gather(self._enrol(day), outreach.attend(desk.complaining, day.closes_at))
            if number % self.simulator.settings.contact_every_days:
                await self._send(self._facts(day))
                self.figures.lag, _ = await asyncio.gather(self.stage.lag(), self._serve(day, desk))
            else:
                await self._meet(day, desk, outreach)
            await self._show()
        await self.stage.settled()

    def _facts(self, day: TradingDay) -> list[Fact]:
        for invoice in day.invoices:
            self.chronicle.record(invoice)
        return list(self._writer.of(day))

    async def _send(self, facts: Sequence[Fact]) -> None:
        accepted, problems = await send_batches(self.stage.apis, facts)
        self._count(accepted)
        self.figures.refused += len(problems)

    async def _serve(self, day: TradingDay, desk: Desk) -> None:
        """Resolve due cases, and open new ones."""
        await desk.resolve_due(self.figures.day, day.closes_at.date())
        returns = [invoice for invoice in day.invoices if invoice.is_return]
        self.figures.cases += await desk.take_in(self.figures.day, returns)
        self.figures.open_cases = len(desk.complaining)

    async def _meet(self, day: TradingDay, desk: Desk, outreach: Outreach) -> None:
        """Send the last purchases one by one and measure the loop, while the staff contacts customers."""
        facts, meter = self._facts(day), LoopMeter(self.stage.apis, self.figures.loops)
        single = last_purchases(facts, MEASURED)
        await self._send([fact for fact in facts if fact not in single])
        self.figures.lag, _ = await asyncio.gather(self.stage.lag(), self.stage.settled())
        await meter.send(single)
        self._count(single)
        buying = [invoice.customer for invoice in day.invoices if not invoice.is_return]
        await outreach.contact(buying, day.closes_at)
        await self._serve(day, desk)
        await self.stage.settled()
        await meter.stop()

    async def _enrol(self, day: TradingDay) -> None:
        """Register customers who are new."""
        countries = {invoice.customer: invoice.country for invoice in day.invoices}
        newcomers = {
            customer: country for customer, country in countries.items() if customer not in self.chronicle.pasts
        }
        for customer, identity in (await enrol(self.stage.apis, self.simulator, newcomers)).items():
            self.chronicle.enrol(customer, newcomers[customer], identity)

    def _count(self, facts: Sequence[Fact]) -> None:
        self.figures.facts.update(fact.customer for fact in facts)

    async def _show(self) -> None:
        if self.figures.day % OVERVIEW_EVERY_DAYS == 0 or self.figures.day == self.figures.days:
            self.figures.segments = await segment_sizes(self.stage.apis)
            self.figures.bands = await churn_bands(self.stage.apis, len(self.chronicle.pasts))
        self.show(self.figures)
