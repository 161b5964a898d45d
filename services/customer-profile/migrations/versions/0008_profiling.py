"""Keep whether each customer may be profiled, as it was announced; who objected before is announced at once."""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

# A business time that has come: objections were given in the past, by the clock of the stack.
LOOK_AT_OBJECTIONS = """
    UPDATE owned.customer SET profiling_changes_at = stated.at
    FROM (
        SELECT customer_id, min(given_at) AS at FROM owned.consent
        WHERE purpose = 'profiling' AND NOT granted GROUP BY customer_id
    ) AS stated
    WHERE customer.id = stated.customer_id
"""


def upgrade() -> None:
    basis = sa.Column(
        "profiling_basis", sa.String(), nullable=False, server_default="objection", comment="it was last looked at by"
    )
    allowed: sa.Column[bool] = sa.Column(
        "profiling_allowed",
        sa.Boolean(),
        nullable=False,
        server_default=sa.text("true"),
        comment="as announced last",
    )
    changes_at = sa.Column(
        "profiling_changes_at",
        sa.DateTime(timezone=True),
        nullable=True,
        comment="when time alone may change it",
    )
    for column in (basis, allowed, changes_at):
        op.add_column("customer", column, schema="owned")
    op.create_index(
        "ix_customer_profiling_changes_at",
        "customer",
        ["profiling_changes_at"],
        unique=False,
        schema="owned",
        postgresql_where=sa.text("profiling_changes_at IS NOT NULL"),
    )
    op.create_index("ix_customer_profiling_basis", "customer", ["profiling_basis", "id"], unique=False, schema="owned")
    op.execute(LOOK_AT_OBJECTIONS)
