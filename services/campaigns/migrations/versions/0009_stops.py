"""Know which slots a customer holds, and the rule that ended one or that stood when a contact took place."""

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "contact",
        sa.Column(
            "rule",
            sa.String(),
            nullable=True,
            comment="ended the reservation, or stood when a contact took place that was told afterwards",
        ),
        schema="owned",
    )
    op.add_column(
        "response",
        sa.Column(
            "reported",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="told afterwards, nothing asked",
        ),
        schema="owned",
    )
    op.add_column(
        "response",
        sa.Column("rule", sa.String(), nullable=True, comment="that forbade the reported contact when it took place"),
        schema="owned",
    )
    op.create_index(
        "ix_contact_customer_id_reserved",
        "contact",
        ["customer_id"],
        schema="owned",
        postgresql_where=sa.text("status = 'reserved'"),
    )
