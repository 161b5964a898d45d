"""Table of the service policy, with a row per version, and the copy of the service tiers that it may name."""

from sqlalchemy import ARRAY, UUID, BigInteger, Column, String, Table

from complaints.metadata import METADATA
from complaints.policy.schemas import PolicyDocument, PolicyVersion, try_out
from lealtad.db.columns import DERIVED
from lealtad.db.recordset import Row
from lealtad.events.catalog.segmentation import ValuePolicyChanged
from lealtad.events.envelope import Event
from lealtad.policies import Policy
from lealtad.read_models import StateCopy

SERVICE_POLICY = Policy(METADATA, "service_policy", PolicyDocument, PolicyVersion, try_out=try_out)


def levels_row(event: Event[ValuePolicyChanged]) -> Row:
    """Return the row of the service tiers of a value policy."""
    return {"policy_id": event.key, "sequence": event.sequence, "tiers": sorted(set(event.data.service_tiers))}


SERVICE_LEVELS = StateCopy(
    Table(
        "service_levels",
        METADATA,
        Column("policy_id", UUID, primary_key=True),
        Column("sequence", BigInteger, nullable=False),
        Column("tiers", ARRAY(String), nullable=False),
        schema=DERIVED,
    ),
    newest_by=("sequence",),
    row_of=levels_row,
    ignored=lambda _: "concerns new service policies only; the tier of each customer is announced",
)
"""The service tiers of the newest value policy: one row, none before the first change."""
