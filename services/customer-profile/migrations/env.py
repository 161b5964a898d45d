import customer_profile.service  # noqa: F401 - the tables register themselves
from customer_profile.metadata import METADATA
from lealtad.db.migrations import run

run(METADATA)
