import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lealtad_demo.report import FactCounts, Latency, Offers, Report, percentile

durations = st.lists(st.floats(min_value=0, max_value=100), min_size=1)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0)])
def test_percentiles_are_nearest_rank_in_milliseconds(share, expected):
    assert percentile([number / 1000 for number in range(100, 0, -1)], share) == expected


def test_of_one_duration_every_percentile_is_that_duration():
    assert Latency.of([0.25]) == Latency(measured=1, p50=250, p95=250, p99=250)


def test_nothing_measured_gives_no_figure_instead_of_a_zero():
    assert Latency.of([]) == Latency(measured=0, p50=None, p95=None, p99=None)


@given(durations, st.floats(min_value=0.01, max_value=1))
def test_at_least_the_share_does_not_exceed_its_percentile(seconds, share):
    limit = percentile(seconds, share)
    assert limit is not None
    within = sum(each * 1000 <= limit + 0.05 for each in seconds)
    assert within >= share * len(seconds) - 1e-9


@pytest.mark.parametrize(
    ("held", "lost", "doubled"),
    [
        ({"a": 3, "b": 1}, 0, 0),
        ({"a": 2, "b": 1}, 1, 0),
        ({"a": 3}, 1, 0),
        ({"a": 4, "b": 1}, 0, 1),
        ({"a": 2, "b": 2}, 1, 1),
        ({"a": 3, "b": 1, "c": 1}, 0, 1),
    ],
)
def test_a_loss_of_one_customer_is_not_hidden_by_a_double_of_another(held, lost, doubled):
    assert FactCounts.compare({"a": 3, "b": 1}, held) == FactCounts(expected=4, lost=lost, doubled=doubled)


counts = st.dictionaries(st.sampled_from("abc"), st.integers(0, 5))


@given(counts, counts)
def test_expected_minus_lost_plus_doubled_is_what_is_held(accepted, held):
    compared = FactCounts.compare(accepted, held)
    assert compared.expected - compared.lost + compared.doubled == sum(held.values())


def test_the_file_holds_the_figures_that_are_asked_for(tmp_path):
    report = Report(
        trading_days=1,
        customers=1,
        accepted=1,
        refused=0,
        lost=0,
        doubled=0,
        held={},
        cases=0,
        offers=Offers(presented=4, accepted=2, rejected=1, unanswered=1),
        muted=1,
        segments={"loyal": 3},
        churn_bands={"low": 1},
        lag={"campaigns": 2},
        loop_latency_ms=Latency.of([0.1]),
        facts_per_second=1,
        healthy_seconds=None,
        replay_seconds=1,
        seconds=1.5,
    )
    report.write(tmp_path / "report.json")
    written = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (written["accepted"], written["lost"], written["doubled"], written["seconds"]) == (1, 0, 0, 1.5)
    assert (written["segments"], written["churn_bands"], written["lag"]) == ({"loyal": 3}, {"low": 1}, {"campaigns": 2})
    assert written["loop_latency_ms"] == {"measured": 1, "p50": 100, "p95": 100, "p99": 100}
