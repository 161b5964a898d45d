"""What a training leaves in force ranks customers as the best candidate does, and better than recency."""

from datetime import date
from math import pi
from pathlib import Path

import pytest

from churn_scoring.domain.policy import ScoringPolicy, Training
from churn_scoring.training.metrics import BINS
from lealtad_bench.quality.measurement import measure_quality
from lealtad_bench.quality.replay import measure_cut
from lealtad_bench.quality.report import MODELS, CutReport, QualityReport, tables
from lealtad_bench.quality.shops import Cut, MissingDataError, timelines
from lealtad_bench.report import Machine
from lealtad_bench.tabling import marks, write_into

ALMOST = 0.004
SMALL = 0.03
"""A tenth of the customers tells models apart by no less."""
NOISE_FLOORS = 2
"""A calibration error of so many noise floors is still accepted: one is chance, the other the difference of seasons."""
LEARNED = ("logistic", "boosting", "mean")


def almost_the_best(report: CutReport, tolerance: float) -> bool:
    found = report.active
    close = found["in_force"].auc >= max(found[name].auc for name in LEARNED) - tolerance
    return close and found["in_force"].brier <= min(found[name].brier for name in LEARNED) + tolerance


def noise_floor(customers: int, silent: float) -> float:
    """Return at most the calibration error to be expected of a perfect model: the mean deviation of a bin's share."""
    return (2 / pi * silent * (1 - silent) * BINS / customers) ** 0.5


@pytest.fixture(scope="module")
def part() -> CutReport:
    try:
        lives = timelines("cdnow")[::10]
    except MissingDataError as error:
        pytest.skip(str(error))
    policy = ScoringPolicy(training=Training(cutoffs=1))
    return measure_cut(Cut("cdnow", date(1998, 4, 1), 90), lives, policy)


def test_a_tenth_of_cdnow_keeps_its_quality(part: CutReport) -> None:
    assert set(part.active) == set(part.all) == set(MODELS)
    assert almost_the_best(part, SMALL)
    assert part.active["in_force"].auc > 0.69
    assert part.active["in_force"].ece < NOISE_FLOORS * noise_floor(part.customers["active"], part.silent["active"])
    assert part.all["in_force"].auc > part.all["recency"].auc


def test_a_first_month_is_scored_by_the_prior_at_the_level_observed() -> None:
    try:
        lives = timelines("cdnow")[::10]
    except MissingDataError as error:
        pytest.skip(str(error))
    report = measure_cut(Cut("cdnow", date(1997, 5, 1), 90), lives)

    assert report.model == "bg-nbd-prior"
    assert "three horizons" in report.notes["shortage"]
    assert set(report.active) == {"in_force", "recency"}


def test_the_tables_name_every_cut_and_what_is_missing(part: CutReport, tmp_path: Path) -> None:
    report = QualityReport(
        machine=Machine.this(), seconds=60, cuts={"cdnow-1998-04-01": part}, missing={"shop-2012-01-01": "no file"}
    )
    page = tmp_path / "quality.md"
    page.write_text("before\n{}\n{}\nafter\n".format(*marks("quality")))

    write_into(page, "quality", tables(report))

    assert "cdnow-1998-04-01" in page.read_text()
    assert "shop-2012-01-01 was not measured: no file" in page.read_text()


@pytest.mark.proof
def test_what_is_in_force_is_almost_the_best_at_every_cut() -> None:
    report = measure_quality()
    if report.missing:
        pytest.skip("; ".join(report.missing.values()))
    trained = {name: cut for name, cut in report.cuts.items() if cut.model != "bg-nbd-prior"}

    assert len(trained) >= len(report.cuts) - 1
    assert [name for name, cut in trained.items() if not almost_the_best(cut, ALMOST)] == []
    assert [name for name, cut in report.cuts.items() if cut.all["in_force"].auc <= cut.all["recency"].auc] == []
    assert report.cuts["cdnow-1998-04-01"].active["in_force"].auc >= 0.727
