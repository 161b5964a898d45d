"""Move ends of consents and contracts into the range that readers keep: the driver returns infinity without a zone."""

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None

# The same word is kept once, so words that differed in their placeholders must differ still.
CONSENTS = """
    WITH outside AS (
        SELECT id,
               row_number() OVER (PARTITION BY customer_id, purpose, channel, given_at, granted ORDER BY id) AS place
        FROM owned.consent WHERE expires_at NOT BETWEEN '1900-01-01+00' AND '2200-01-01+00'
    )
    UPDATE owned.consent SET expires_at =
        CASE WHEN expires_at < '1900-01-01+00' THEN timestamptz '1900-01-01+00' + place * interval '1 microsecond'
             ELSE timestamptz '2200-01-01+00' - place * interval '1 microsecond' END
    FROM outside WHERE consent.id = outside.id
"""
CONTRACTS = """
    UPDATE owned.contract SET
        starts_at = least(greatest(starts_at, '1900-01-01+00'), '2200-01-01+00'),
        ends_at = CASE WHEN ends_at IS NOT NULL THEN least(greatest(ends_at, '1900-01-01+00'), '2200-01-01+00') END
    WHERE starts_at NOT BETWEEN '1900-01-01+00' AND '2200-01-01+00'
       OR ends_at NOT BETWEEN '1900-01-01+00' AND '2200-01-01+00'
"""


def upgrade() -> None:
    op.execute(CONSENTS)
    op.execute(CONTRACTS)
