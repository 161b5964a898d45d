"""Contact hours: a decision says whether the customer was there, and a slot may be reserved for a later moment."""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    initiated_by = sa.Column(
        "initiated_by", sa.String(), nullable=False, server_default="company", comment="customer: they were there"
    )
    op.add_column("decision", initiated_by, schema="owned")
    op.alter_column(
        "contact", "at", comment="reserved for, once confirmed: took place at; business time", schema="owned"
    )
