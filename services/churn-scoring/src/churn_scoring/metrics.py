"""Metrics of the service."""

from lealtad.observability.metrics import counter, histogram

EVALUATIONS = counter(
    "lealtad_score_evaluations_total",
    "Customers evaluated, by what the score rests on (none: no score) and whether it was announced",
    "basis",
    "announced",
    module="churn_scoring",
)
SCORING_SECONDS = histogram(
    "lealtad_scoring_seconds", "Time of a model's work on one batch of customers, in a thread", module="churn_scoring"
)
