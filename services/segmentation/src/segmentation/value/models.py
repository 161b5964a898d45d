"""Tables of the value policy, its schedule, and the boundaries computed by it."""

from sqlalchemy import Boolean, Column, Integer, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from lealtad.db.columns import OWNED, moment
from lealtad.policies import Policy
from segmentation.domain.value_policy import ValuePolicy, try_out
from segmentation.metadata import METADATA
from segmentation.value.schemas import ValuePolicyVersion

VALUE_POLICY = Policy(METADATA, "value_policy", ValuePolicy, ValuePolicyVersion, try_out=try_out)

value_boundaries = Table(
    "value_boundaries",
    METADATA,
    Column("version", Integer, primary_key=True),
    Column("policy_version", Integer, nullable=False),
    moment("computed_at", nullable=False),
    Column("window_days", Integer, nullable=False),
    Column("buyers", Integer, nullable=False),
    Column("boundaries", JSONB, nullable=False),
    schema=OWNED,
)

value_schedule = Table(
    "value_schedule",
    METADATA,
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    moment("next_due_at", nullable=False),
    schema=OWNED,
)
"""One row: the business time of the next computation of boundaries."""
