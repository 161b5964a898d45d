"""Find the records that were merged into a customer: their contacts, refusals and cases go on to count."""

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_customer_merged_into",
        "customer",
        ["merged_into"],
        schema="derived",
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
