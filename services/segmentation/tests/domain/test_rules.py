"""An invalid rule is refused with its reason, before anything is stored or evaluated."""

from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from segmentation.domain.rules import MAX_CONDITIONS, MAX_DEPTH, conditions

from ..strategies import RULE, rules

BOUGHT: dict[str, Any] = {
    "kind": "activity",
    "metric": "purchases",
    "within_days": 30,
    "operator": ">=",
    "value": 1,
}
COUNTRY: dict[str, Any] = {"kind": "attribute", "attribute": "country", "operator": "=", "value": "ES"}


def nested(depth: int) -> dict[str, Any]:
    rule = BOUGHT
    for _ in range(depth - 1):
        rule = {"kind": "not", "rule": rule}
    return rule


def complaint(rule: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as refused:
        RULE.validate_python(rule)
    return str(refused.value)


@given(rule=rules)
def test_a_stored_rule_reads_back_as_the_same_rule(rule: Any) -> None:
    assert RULE.validate_python(RULE.dump_python(rule, mode="json")) == rule
    assert RULE.validate_json(RULE.dump_json(rule)) == rule


def test_the_deepest_rule_is_read_and_a_deeper_one_refused() -> None:
    assert len(list(conditions(RULE.validate_python(nested(MAX_DEPTH))))) == 1
    assert f"at most {MAX_DEPTH} levels" in complaint(nested(MAX_DEPTH + 1))


def test_an_absurdly_deep_rule_is_refused_without_recursion() -> None:
    assert "levels" in complaint(nested(100_000))


def test_a_rule_of_too_many_conditions_is_refused() -> None:
    branch = {"kind": "or", "rules": [BOUGHT] * 10}
    most = {"kind": "and", "rules": [branch] * (MAX_CONDITIONS // 10)}

    assert len(list(conditions(RULE.validate_python(most)))) == MAX_CONDITIONS
    assert f"at most {MAX_CONDITIONS}" in complaint({"kind": "and", "rules": [most, BOUGHT]})


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (COUNTRY | {"operator": ">"}, "cannot compare text 'country'; use one of !=, =, in, not-in"),
        (COUNTRY | {"operator": "in"}, "with a list of 1 to 200 values"),
        (COUNTRY | {"value": ["ES"]}, "with one value, not with a list"),
        (COUNTRY | {"value": 34}, "compared with a text"),
        (COUNTRY | {"value": ""}, "at least 1 character"),
        (COUNTRY | {"attribute": "shoe-size"}, "Input should be 'country'"),
        (COUNTRY | {"attribute": "stratum", "value": 7}, "a number from 1 to 6"),
        (COUNTRY | {"attribute": "stratum", "value": True}, "compared with a integer"),
        (COUNTRY | {"attribute": "churn-probability", "value": "0.12345"}, "at most 4 decimals"),
        (BOUGHT | {"value": "1.5"}, "a whole number"),
        (BOUGHT | {"value": "Infinity"}, "compared with a number"),
        (BOUGHT | {"within_days": 0}, "greater than or equal to 1"),
        (BOUGHT | {"within_days": 731}, "less than or equal to 730"),
        (BOUGHT | {"metric": "payments", "product_line": "mugs"}, "is not kept by product line"),
        (BOUGHT | {"within_days": None, "product_line": "mugs"}, "by product line needs 'within_days'"),
        (BOUGHT | {"within_days": None, "metric": "purchase-days"}, "needs 'within_days'"),
        (BOUGHT | {"unknown": 1}, "Extra inputs are not permitted"),
        ({"kind": "and", "rules": []}, "at least 1 item"),
        (
            {"kind": "since", "moment": "last-purchase", "operator": "=", "days": 3},
            "cannot compare days; use one of <, <=, >, >=",
        ),
    ],
)
def test_the_error_of_an_invalid_rule_says_what_is_valid(rule: dict[str, Any], message: str) -> None:
    assert message in complaint(rule)


def test_one_wrong_branch_is_pointed_at() -> None:
    with pytest.raises(ValidationError) as refused:
        RULE.validate_python({"kind": "and", "rules": [BOUGHT, COUNTRY | {"operator": ">"}]})

    [error] = refused.value.errors()
    assert error["loc"][:3] == ("and", "rules", 1)
