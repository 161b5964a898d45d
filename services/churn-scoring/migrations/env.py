import churn_scoring.customers.models
import churn_scoring.facts.models
import churn_scoring.policy.models
import churn_scoring.registry.models
import churn_scoring.scoring.models  # noqa: F401 - tables register themselves
from churn_scoring.metadata import METADATA
from lealtad.db.migrations import run

run(METADATA)
