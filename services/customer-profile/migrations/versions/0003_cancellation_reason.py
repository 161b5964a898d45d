"""Keep the reason of a contract's cancellation beside the contract."""

from alembic import op

from lealtad.db.migrations import run_script

revision = "0003"
down_revision = "0002"

REASON = """
ALTER TABLE owned.contract ADD COLUMN cancellation_reason varchar;
UPDATE owned.contract SET cancellation_reason = cancellation.data ->> 'reason'
FROM owned.fact AS cancellation
WHERE cancellation.kind = 'contract-cancel' AND cancellation.data ->> 'contract_id' = CAST(contract.id AS text);
"""


def upgrade() -> None:
    run_script(op, REASON)
