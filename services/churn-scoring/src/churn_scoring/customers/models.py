"""What scoring keeps of the customers' shareable state: only who they are, and who is gone."""

from churn_scoring.metadata import METADATA
from lealtad.customers import CustomerCopy

CUSTOMERS = CustomerCopy(METADATA)
