"""The service's own metrics."""

from lealtad.observability.metrics import counter

DECISIONS = counter(
    "lealtad_decisions_total",
    "Standing decisions made, by kind of the chosen offer (none: no action) and whether it was announced",
    "kind",
    "announced",
    module="campaigns",
)
RESPONSES = counter(
    "lealtad_responses_total",
    "Responses recorded, by kind of offer and response",
    "kind",
    "response",
    module="campaigns",
)
