"""Let an external id that moves between customers end the same in whatever order their states arrive."""

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("pk_customer_external_id", "customer_external_id", schema="derived", type_="primary")
    op.create_primary_key(
        "pk_customer_external_id",
        "customer_external_id",
        ["source", "external_id", "customer_id"],
        schema="derived",
    )
