"""Named field types of segments, with their limits and descriptions."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, Field

from lealtad.distinct import require_each_once
from lealtad.scalars import parse_id
from segmentation.domain.rules import AttributeCondition, BoundedRule, Rule, located_conditions

RULE_EXAMPLE = {
    "kind": "and",
    "rules": [
        {"kind": "activity", "metric": "purchases", "within_days": 365, "operator": ">=", "value": 2},
        {"kind": "since", "moment": "last-purchase", "operator": ">", "days": 60},
        {"kind": "not", "rule": {"kind": "attribute", "attribute": "open-complaint", "operator": "=", "value": True}},
    ],
}

SegmentName = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["Lapsing"])]
SegmentDescription = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]


def _require_values_once(rule: Rule) -> Rule:
    for pointer, condition in located_conditions(rule, ""):
        if isinstance(condition, AttributeCondition) and isinstance(condition.value, list):
            steps = (int(step) if step.isdigit() else step for step in pointer.split("/")[1:])
            require_each_once(condition.value, (*steps, "value"))
    return rule


SegmentRule = Annotated[BoundedRule, AfterValidator(_require_values_once), Field(examples=[RULE_EXAMPLE])]
SegmentPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,63}$", description="Id or key", examples=["lapsing"])]


def parse_segment_path(text: str) -> UUID | str:
    """Return the id in a path; return the text as a key where it is no id."""
    return parse_id(text) or text
