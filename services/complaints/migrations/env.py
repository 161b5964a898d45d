import complaints.cases.models
import complaints.causes.models
import complaints.customers.models
import complaints.policy.models  # noqa: F401 - tables register themselves
from complaints.metadata import METADATA
from lealtad.db.migrations import run

run(METADATA)
