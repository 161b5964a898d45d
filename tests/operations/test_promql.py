"""The evaluator of rules computes what Prometheus would (worked out by hand), and refuses what it does not know."""

import math

import pytest

from .promql import UnknownExpressionError, parse
from .rules import firing
from .samples import History, Labels, Scrape, Vector


def labels(**pairs: str) -> Labels:
    return frozenset(pairs.items())


def scraped(*scrapes: Scrape, every_s: float = 60) -> History:
    history = History()
    for number, scrape in enumerate(scrapes):
        history.add(number * every_s, scrape)
    return history


def counting(*values: float) -> History:
    """A counter without labels, scraped once a minute."""
    return scraped(*({("c", labels()): value} for value in values))


PRESENT = scraped(
    {
        ("lag", labels(service="a", topic="t", partition="0")): 3,
        ("lag", labels(service="a", topic="t", partition="1")): 4,
        ("lag", labels(service="a", topic="t-backfill", partition="0")): 50,
        ("lag", labels(service="b", topic="t", partition="0")): 1,
        ("age", labels(service="a")): 10,
        ("age", labels(service="b")): 2,
        ("limit", labels(service="a")): 4,
        ("limit", labels(service="c")): 4,
    }
)
A, B, C = (labels(service=name) for name in "abc")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("age", {A: 10, B: 2}),
        ('age{service="a"}', {A: 10}),
        ('age{service!="a"}', {B: 2}),
        ('age{service=~"a|x"}', {A: 10}),
        ('age{service!~"a.?"}', {B: 2}),
        ('age{missing=""}', {A: 10, B: 2}),
        ("age > 2", {A: 10}),
        ("age >= 2", {A: 10, B: 2}),
        ("age == 2", {B: 2}),
        ("5 > age", {B: 2}),
        ("age - limit", {A: 6}),
        ("age - limit > 0", {A: 6}),
        ("age > 2 * limit", {A: 10}),
        ("age > limit * 2 + 2", {}),
        ("age / 4", {A: 2.5, B: 0.5}),
        ("20 - 4 - age", {A: 6, B: 14}),
        ("(age + 2) * 3", {A: 36, B: 12}),
        ("age and limit", {A: 10}),
        ("age unless limit", {B: 2}),
        ("age or limit", {A: 10, B: 2, C: 4}),
        ("age > 5 or limit", {A: 10, C: 4}),
        ("sum(age)", {labels(): 12}),
        ("max by (service) (lag)", {A: 50, B: 1}),
        ("min by (service) (lag)", {A: 3, B: 1}),
        ('sum by (service, topic) (lag{topic!~".+-backfill"})', {A | {("topic", "t")}: 7, B | {("topic", "t")}: 1}),
        ('absent(age{service="z", topic=~"t.*"})', {labels(service="z"): 1}),
        ('absent(age{service="a"})', {}),
        ("nothing > 0", {}),
    ],
)
def test_present_values_are_selected_compared_and_added_up(expression: str, value: Vector):
    assert parse(expression)(PRESENT) == value


@pytest.mark.parametrize(
    ("history", "expression", "value"),
    [
        # Three minutes hold the samples 20, 30, 40 and one more minute before them: 20 x 180/120.
        (counting(0, 10, 20, 30, 40), "increase(c[3m])", 30),
        (counting(0, 10, 20, 30, 40), "rate(c[3m])", 30 / 180),
        # The counter began anew between 30 and 5: 10 + 5 over two minutes, for three.
        (counting(0, 20, 30, 5), "increase(c[3m])", (30 - 20 + 5) * 180 / 120),
        # It began at 0, so nothing is added before its first sample; the last sample is at the end of the range.
        (counting(0, 10), "increase(c[10m])", 10),
        # Half a step is added before a first sample that the range begins long before.
        (counting(100, 110), "increase(c[10m])", 10 * 90 / 60),
        (counting(7, 7, 7), "increase(c[10m])", 0),
        (counting(5, 9, 3), "max_over_time(c[2m])", 9),
        (counting(5, 9, 3), "max_over_time(c[1m])", 3),
        (counting(5, 9, 3), "min_over_time(c[5m])", 3),
    ],
)
def test_ranges_are_computed_as_prometheus_does(history: History, expression: str, value: float):
    expected: object = {labels(): pytest.approx(value)}
    assert parse(expression)(history) == expected


def test_a_counter_that_begins_at_one_has_no_increase():
    """So counters that alerts ask for begin at 0."""
    assert parse("increase(c[10m]) > 0")(counting(1)) == {}
    assert parse("increase(c[10m]) > 0")(counting(1, 1)) == {}
    assert parse("increase(c[10m]) > 0")(counting(0, 1)) == {labels(): 1}


def test_a_series_that_the_last_scrape_lacks_has_no_present_value_but_a_past():
    history = scraped({("c", A): 1}, {("c", A): 2}, {})

    assert parse("c")(history) == {}
    assert parse("absent(c)")(history) == {labels(): 1}
    assert parse("max_over_time(c[5m])")(history) == {A: 2}


@pytest.mark.parametrize(
    ("counts", "value"),
    # 0.5 of 8 is the fourth: in the second bucket, which goes from 1 to 2, after 2 of its 4.
    [((2, 6, 8), 1.5), ((8, 8, 8), 0.5), ((0, 0, 8), 2), ((0, 0, 0), math.nan)],
    ids=["between two bounds", "in the first bucket", "above all bounds", "without requests"],
)
def test_a_quantile_lies_within_its_bucket(counts: tuple[float, ...], value: float):
    buckets = {("b", A | {("le", le)}): count for le, count in zip(("1.0", "2.0", "+Inf"), counts, strict=True)}

    found = parse("histogram_quantile(0.5, sum by (service, le) (b))")(scraped(buckets))

    expected: object = {A: pytest.approx(value, nan_ok=True)}
    assert found == expected
    assert parse("b / b > 1")(scraped(buckets)) == {}


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "age >",
        "age)",
        "(age",
        "age age",
        "age offset 5m",
        "age[5m]",
        "rate(age)",
        "rate(age[5m] offset 1h)",
        "rate(sum(age)[5m])",
        "rate(age[5m:1m])",
        "rate(age[1h30m])",
        "avg(age)",
        "sum without (service) (age)",
        "sum(age) by (service)",
        "count_values(age)",
        "topk(3, age)",
        "age > bool 2",
        "age * on (service) limit",
        "age and ignoring (topic) limit",
        "age % 2",
        "age ^ 2",
        "-age",
        "age @ 5",
        "{service='a'}",
        '{__name__=~"age.*"}',
        'age{service~"a"}',
        'age{service="\\\\d"}',
        "time() - age",
        "absent(sum(age))",
        "1 > 0",
        "sum(1)",
        "age and 1",
    ],
)
def test_what_the_evaluator_does_not_know_is_refused(expression: str):
    with pytest.raises(UnknownExpressionError):
        parse(expression)(PRESENT)


@pytest.mark.parametrize(
    ("values", "fires"),
    [
        ([0, 1, 1, 0], False),
        ([0, 1, 1, 1], True),
        ([1, 1, 0, 1, 1], False),
        ([1, 1, 1, 0], True),
    ],
    ids=["too short", "long enough", "interrupted", "over again"],
)
def test_an_alert_fires_when_its_condition_has_held_without_a_break(values: list[float], fires: bool):
    timeline = [(minute * 60.0, {("up", A): value}) for minute, value in enumerate(values)]
    rule = {"alert": "Up", "expr": "up == 1", "for": "2m"}

    assert firing([rule], timeline) == ({"Up": {A}} if fires else {})


def test_an_alert_without_a_time_fires_at_once_and_unknown_parts_of_a_rule_are_refused():
    timeline = [(0.0, {("up", A): 1.0})]

    assert firing([{"alert": "Up", "expr": "up == 1"}], timeline) == {"Up": {A}}
    with pytest.raises(UnknownExpressionError):
        firing([{"alert": "Up", "expr": "up == 1", "keep_firing_for": "5m"}], timeline)
