from datetime import timedelta

import pytest

from lealtad_bench.ours.hops import medians_ms
from lealtad_bench.ours.watch import FOLLOWED, Sample, includes_both

from .builders import NOON

BEFORE, AFTER = NOON - timedelta(days=1), NOON + timedelta(milliseconds=40)


def a_decision(score, segments):
    inputs = {"score": score, "segments": segments}
    return {"inputs": {name: moment and {"as_of": moment.isoformat()} for name, moment in inputs.items()}}


@pytest.mark.parametrize(
    ("score", "segments", "both"),
    [
        (AFTER, AFTER, True),
        (AFTER, BEFORE, False),
        (BEFORE, AFTER, False),
        (None, AFTER, False),
        (AFTER, None, False),
        (NOON, NOON, True),
    ],
)
def test_a_decision_counts_when_score_and_segments_are_younger_than_the_purchase(score, segments, both):
    assert includes_both(a_decision(score, segments), NOON) is both


def a_sample(step_s: float) -> Sample:
    """A purchase whose every mark is `step_s` after the one before."""
    sample, at = Sample("c1", NOON), NOON.timestamp()
    for topic in FOLLOWED:
        sample.emitted[topic] = at = at + step_s
        sample.on_topic[topic] = at = at + step_s
    sample.readable = at + step_s
    return sample


def test_hops_add_up_to_the_whole_way():
    hops = medians_ms([a_sample(0.01)])
    assert set(hops.values()) == {10.0}
    assert sum(hops.values()) == pytest.approx(70)


def test_each_hop_is_the_median_and_unfinished_samples_do_not_count():
    unfinished = a_sample(9.0)
    unfinished.readable = None
    hops = medians_ms([a_sample(0.01), a_sample(0.02), a_sample(0.09), unfinished])
    assert set(hops.values()) == {20.0}
    assert medians_ms([]) == {}
