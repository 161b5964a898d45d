"""The metrics of the service itself."""

from lealtad.observability.metrics import counter

FACTS = counter(
    "lealtad_facts_total",
    "Facts answered, alone or in batches, by kind and outcome (recorded, repeated, refused)",
    "kind",
    "outcome",
    module="customer_profile",
)
OUTCOMES = {201: "recorded", 200: "repeated"}


def count_fact(kind: str, status: int) -> None:
    """Count a fact by the HTTP `status` of its answer, after its transaction."""
    FACTS.labels(kind, OUTCOMES.get(status, "refused")).inc()
