"""The values that exist without having been announced are the same for their owner and for the readers."""

import json
from pathlib import Path

from churn_scoring.domain.policy import ScoringPolicy
from lealtad.events.catalog.churn_scoring import SHIPPED_BANDS
from lealtad.events.catalog.segmentation import SHIPPED_SEGMENTS, SHIPPED_SERVICE_TIERS, SHIPPED_TIERS

SERVICES = Path(__file__).parents[2] / "services"
SHIPPED = SERVICES / "segmentation/migrations/versions/0001_initial"


def test_the_bands_are_those_of_the_first_scoring_policy() -> None:
    assert tuple(band.name for band in ScoringPolicy().bands) == SHIPPED_BANDS


def test_the_tiers_are_those_of_the_first_value_policy() -> None:
    policy = json.loads((SHIPPED / "value_policy.json").read_text())

    assert tuple(rule["tier"] for rule in policy["tiers"]) == SHIPPED_TIERS
    assert tuple(dict.fromkeys(rule["service_tier"] for rule in policy["tiers"])) == SHIPPED_SERVICE_TIERS


def test_the_segments_are_those_that_the_first_migration_makes() -> None:
    segments = json.loads((SHIPPED / "segments.json").read_text())

    assert tuple(segment["key"] for segment in segments) == SHIPPED_SEGMENTS
