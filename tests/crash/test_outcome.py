"""The comparison with the undisturbed run finds what is not the same, and lets pass what is."""

from decimal import Decimal
from typing import Any

from .outcome import Outcome, differences


def scored(**values: Any) -> Outcome:
    return {"scores": {"load:c1": {"band": "low", "risk": 0.3, **values}}}


def test_equal_outcomes_differ_in_nothing() -> None:
    assert list(differences(scored(), scored())) == []


def test_reals_may_differ_by_the_rounding_of_sums_and_no_more() -> None:
    assert list(differences(scored(risk=0.3), scored(risk=0.1 + 0.2))) == []
    assert list(differences(scored(risk=0.3), scored(risk=0.3000001))) == [
        "scores of load:c1 risk: 0.3000001, undisturbed 0.3"
    ]
    assert list(differences(scored(risk=Decimal("0.30")), scored(risk=Decimal("0.3")))) == []


def test_a_difference_is_named_with_its_place() -> None:
    ranked = [{"offer": {"key": "thanks"}, "priority": 1.5}]
    other = [{"offer": {"key": "welcome"}, "priority": 1.5}]
    assert list(differences(scored(ranked=ranked), scored(ranked=other))) == [
        "scores of load:c1 ranked[0] offer key: welcome, undisturbed thanks"
    ]
    assert list(differences(scored(ranked=ranked), scored(ranked=[]))) == [
        f"scores of load:c1 ranked: [], undisturbed {ranked}"
    ]


def test_a_customer_who_is_known_to_one_side_only_is_found() -> None:
    assert list(differences(scored(), {"scores": {}})) == [
        "scores of load:c1: None, undisturbed {'band': 'low', 'risk': 0.3}"
    ]
    assert list(differences({"scores": {}}, scored())) != []
