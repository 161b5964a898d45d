import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lealtad_bench.report import FloorPair, Report, Throughput, ratio, restless
from lealtad_bench.throughput import Trial

from .builders import a_report, a_trial

figures = st.floats(min_value=0.1, max_value=10_000)


@given(figures, figures)
def test_floors_differ_when_the_larger_exceeds_the_smaller_by_more_than_a_quarter(before, after):
    differs = FloorPair(before=[before], after=[after]).differs
    assert differs is (max(before, after) / min(before, after) > 1.25)
    assert differs == FloorPair(before=[after], after=[before]).differs


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [([20, 30], [25, 30], False), ([20, 30], [26, 30], True), ([20, 30], [20, 38], True), ([None], [20], True)],
)
def test_either_percentile_may_differ_and_a_missing_floor_does(before, after, differs):
    pair = FloorPair(before=before, after=after)
    assert pair.differs is differs
    assert restless({"at_20": pair}) == (["at_20"] if differs else [])


def test_throughput_is_that_of_the_best_sustained_trial():
    late = Trial(window=1, accepted=90_000, seconds=30, settled_s=9)
    found = Throughput.of({"single": [a_trial(300), a_trial(310), late], "batch": [late]})
    assert (found.single, found.batch) == (310, None)


@pytest.mark.parametrize(("ours", "floor", "expected"), [(40, 20, 2), (None, 20, None), (40, None, None), (4, 0, None)])
def test_a_ratio_needs_both_figures(ours, floor, expected):
    assert ratio(ours, floor) == expected


def test_the_file_has_the_figures_at_the_agreed_places_and_is_read_back(tmp_path):
    file = tmp_path / "loop.json"
    report = a_report()
    report.write(file)
    written = json.loads(file.read_text(encoding="utf-8"))
    for side in ("floor", "ours"):
        assert written[side]["latency_ms"]["at_20"].keys() >= {"p50", "p95", "p99"}
        assert written[side]["purchases_per_s"].keys() >= {"single", "batch"}
    assert written["next_best_action_read"]["p99_ms"] == 10
    assert written["cpu_ms_per_purchase"]["at_20"]["kafka"] == 8
    assert written["memory_mib"]["total"] == 1400
    assert Report.model_validate(written) == report
