import campaigns.contacts.models
import campaigns.customers.models
import campaigns.decisions.models
import campaigns.learning.models
import campaigns.offers.models
import campaigns.picture.models
import campaigns.policy.models
import campaigns.responses.models  # noqa: F401 - tables register themselves
from campaigns.tables import METADATA
from lealtad.db.migrations import run

run(METADATA)
