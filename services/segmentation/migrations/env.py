import segmentation.customers.models
import segmentation.definitions.models
import segmentation.facts.models
import segmentation.memberships.models
import segmentation.value.models  # noqa: F401 - tables register themselves
from lealtad.db.migrations import run
from segmentation.tables import METADATA

run(METADATA)
