"""The fit and evaluation of the default prior of churn-scoring: `python -m lealtad_demo.churn_prior CDNOW`.

The data are two very different public shops: the demo's own (Online Retail, wholesale, regular buyers) and CDNOW
(records, mostly bought once; Fader & Hardie). The package `lifetimes` contains `CDNOW_master.txt`. The script needs
churn-scoring: `pip install 'lealtad-demo[churn-prior]'`.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from churn_scoring.domain.bgnbd import BgNbd
from churn_scoring.domain.facts import Fact, FactKind
from churn_scoring.domain.models import InactivityModel
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.training.examples import CustomerTimeline, Examples, examples_of
from churn_scoring.training.metrics import measure
from churn_scoring.training.prior import fit_prior
from churn_scoring.training.windows import Windows, plan
from lealtad_demo.invoices import trading_days

Purchase = tuple[int, datetime]
"""Customer number and time."""


def online_retail() -> Iterator[Purchase]:
    """Yield the purchases of the demo's shop."""
    for day in trading_days():
        yield from ((int(invoice.customer), invoice.at) for invoice in day.invoices if not invoice.is_return)


def cdnow(master: Path) -> Iterator[Purchase]:
    """Yield the purchases in `CDNOW_master.txt`: customer, date, number of records, dollars, after a heading."""
    for line in master.read_text(encoding="ascii").splitlines()[1:]:
        customer, day, _, _ = line.split()
        yield int(customer), datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)


def examples(purchases: Iterable[Purchase], policy: ScoringPolicy) -> tuple[Examples, Windows]:
    """Return a shop's examples of recently active customers and the windows, as the judgement of `train` has them."""
    timelines: dict[int, CustomerTimeline] = {}
    for number, (customer, at) in enumerate(purchases):
        life = timelines.setdefault(customer, CustomerTimeline(UUID(int=customer)))
        life.facts.append(Fact(UUID(int=number), life.customer_id, FactKind.PURCHASE, at))
    days = [fact.occurred_at.toordinal() for life in timelines.values() for fact in life.facts]
    training = policy.training
    planned = plan(
        min(days),
        max(days),
        horizon_days=policy.horizon_days,
        cutoffs=training.cutoffs,
        step_days=training.step_days,
    )
    # The prior is judged, not fitted again: cut-offs of the refit would know the hold-out.
    windows = replace(planned, refit=())
    found = examples_of(timelines.values(), windows, training.active_days)
    return found.select(found.active), windows


def split(found: Examples, windows: Windows) -> tuple[Examples, Examples]:
    """Return the learning examples and the hold-out, whose outcomes are all later."""
    held_out = found.cutoff == windows.hold_out
    return found.select(~held_out), found.select(held_out)


def main(master: Path) -> None:
    """Fit the prior, and print its parameters and the metrics of the hold-out."""
    policy = ScoringPolicy()
    shops = {"Online Retail": examples(online_retail(), policy), "CDNOW": examples(cdnow(master), policy)}
    fitted = fit_prior([split(*shop)[0] for shop in shops.values()], policy.horizon_days)
    sys.stdout.write(f"fitted: {fitted}\n")
    shipped = BgNbd(**policy.prior.model_dump())
    for name, (found, windows) in shops.items():
        later = split(found, windows)[1]
        cutoff = date.fromordinal(windows.hold_out)
        sys.stdout.write(f"{name}: {len(later)} customers on {cutoff}, {later.silent.mean():.3f} silent\n")
        for which, parameters in (("fitted", fitted), ("shipped", shipped)):
            predicted = InactivityModel(parameters, policy.horizon_days).probabilities(later.rows)
            figures = {key: round(value["value"], 4) for key, value in measure(later.silent, predicted).items()}
            sys.stdout.write(f"  {which}: mean {predicted.mean():.3f} {figures}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
