"""Tables of the tally, with everything that a copy of them might lose."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        "CREATE TABLE derived.tally (customer_id uuid CONSTRAINT pk_tally PRIMARY KEY, gone text, "
        "number int NOT NULL DEFAULT 0 CONSTRAINT ck_tally_positive CHECK (number >= 0)) WITH (fillfactor = 70)"
    )
    op.execute("ALTER TABLE derived.tally DROP COLUMN gone")
    op.execute("COMMENT ON COLUMN derived.tally.number IS 'of purchases'")
    op.execute(
        "CREATE TABLE derived.purchase (event_id uuid CONSTRAINT pk_purchase PRIMARY KEY, customer_id uuid NOT NULL)"
    )
    op.execute("CREATE INDEX ix_purchase_of ON derived.purchase (customer_id DESC) WHERE customer_id IS NOT NULL")
    op.execute("CREATE TABLE owned.announced (customer_id uuid PRIMARY KEY, number int NOT NULL)")
    op.execute("CREATE TABLE owned.poison (reason text)")
