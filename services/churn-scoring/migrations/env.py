from churn_scoring.service import SERVICE
from lealtad.db.migrations import run

run(SERVICE.metadata)
