"""Copies of the states that other services announce, and a table folded out of activity."""

from sqlalchemy import ARRAY, UUID, BigInteger, Boolean, Column, Index, Integer, Numeric, String, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from campaigns.metadata import METADATA
from lealtad.db.columns import AMOUNT, DERIVED, moment
from lealtad.db.recordset import Row
from lealtad.events.catalog.churn_scoring import ChurnScored, ScoringPolicyChanged
from lealtad.events.catalog.complaints import OPEN_STATUSES, CaseState
from lealtad.events.catalog.customer_profile import ContractFact
from lealtad.events.catalog.segmentation import DefinitionChanged, MembershipsChanged, ValuePolicyChanged
from lealtad.events.envelope import Event
from lealtad.read_models import StateCopy

UNATTACHED = "the case has no customer yet"
FOR_AUDIENCES = "concerns new audiences only; changed scores and memberships are announced"


def case_row(event: Event[CaseState]) -> Row:
    """Return the row of a case."""
    case = event.data
    return {
        "case_id": case.case_id,
        "version": case.version,
        "customer_id": case.customer_id,
        "mutes": case.mutes,
        "is_open": case.status in OPEN_STATUSES,
        "resolved_at": case.resolved_at,
        "due_at": case.due_at,
        "paused_at": case.paused_at,
    }


def score_row(event: Event[ChurnScored]) -> Row:
    """Return the row of a customer's score."""
    score = event.data
    return {
        "customer_id": score.customer_id,
        "sequence": event.sequence,
        "probability": score.probability,
        "band": score.band,
        "value_at_risk": score.value_at_risk.amount if score.value_at_risk else None,
        "model": f"{score.model.name} {score.model.version}" if score.model else None,
        "as_of": score.as_of,
    }


def membership_row(event: Event[MembershipsChanged]) -> Row:
    """Return the row of a customer's memberships."""
    state = event.data
    return {
        "customer_id": state.customer_id,
        "sequence": event.sequence,
        "segments": {segment.key: segment.version for segment in state.segments},
        "behavioural": state.behavioural,
        "tier": state.tier,
        "as_of": state.as_of,
    }


def contract_row(event: Event[ContractFact]) -> Row:
    """Return the row of a contract."""
    contract = event.data
    return {
        "contract_id": contract.contract_id,
        "version": contract.version,
        "customer_id": contract.customer_id,
        "occurred_at": contract.occurred_at,
        "event_id": event.id,
        "starts_at": contract.starts_at,
        "ends_at": contract.ends_at,
    }


def bands_row(event: Event[ScoringPolicyChanged]) -> Row:
    """Return the row of the bands of the scoring policy."""
    return {"policy_id": event.key, "sequence": event.sequence, "bands": event.data.bands}


def tiers_row(event: Event[ValuePolicyChanged]) -> Row:
    """Return the row of the tiers of the value policy."""
    return {"policy_id": event.key, "sequence": event.sequence, "tiers": event.data.tiers}


def definition_row(event: Event[DefinitionChanged]) -> Row:
    """Return the row of a segment's definition."""
    change = event.data
    return {
        "segment_id": change.segment.segment_id,
        "sequence": event.sequence,
        "key": change.segment.key,
        "archived": change.archived,
    }


CASES = StateCopy(
    Table(
        "complaint_case",
        METADATA,
        Column("case_id", UUID, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("customer_id", UUID, comment="null: not attached yet"),
        Column("mutes", Boolean, nullable=False),
        Column("is_open", Boolean, nullable=False),
        moment("resolved_at"),
        moment("due_at", comment="null: folded before it was kept"),
        moment("paused_at", comment="since when it waits for the customer"),
        # A decision reads all cases of its customers.
        Index("ix_complaint_case_customer_id", "customer_id"),
        schema=DERIVED,
    ),
    newest_by=("version",),
    row_of=case_row,
    # A case without a customer leads to no decision until it is attached.
    ignored=lambda case: UNATTACHED if case.customer_id is None else None,
)

SCORES = StateCopy(
    Table(
        "churn_score",
        METADATA,
        Column("customer_id", UUID, primary_key=True),
        Column("sequence", BigInteger, nullable=False),
        Column("probability", Numeric(9, 6)),
        Column("band", String),
        Column("value_at_risk", AMOUNT),
        Column("model", String, comment="name and version"),
        moment("as_of", nullable=False),
        schema=DERIVED,
    ),
    newest_by=("sequence",),
    row_of=score_row,
)

MEMBERSHIPS = StateCopy(
    Table(
        "membership",
        METADATA,
        Column("customer_id", UUID, primary_key=True),
        Column("sequence", BigInteger, nullable=False),
        Column("segments", JSONB, nullable=False, comment="key of each segment and the version evaluated"),
        Column("behavioural", ARRAY(String), nullable=False, server_default=text("'{}'"), comment="those by behaviour"),
        Column("tier", String),
        moment("as_of", nullable=False),
        schema=DERIVED,
    ),
    newest_by=("sequence",),
    row_of=membership_row,
)

CONTRACTS = StateCopy(
    Table(
        "contract",
        METADATA,
        Column("contract_id", UUID, primary_key=True),
        Column(
            "version", Integer, nullable=False, server_default=text("0"), comment="0: of an event from before versions"
        ),
        Column("customer_id", UUID, nullable=False),
        moment("occurred_at", nullable=False, comment="business time of the newest fact"),
        Column("event_id", UUID, nullable=False, comment="of the newest fact; decides between facts of one time"),
        moment("starts_at", nullable=False),
        moment("ends_at"),
        # A decision reads all contracts of its customers.
        Index("ix_contract_customer_id", "customer_id"),
        schema=DERIVED,
    ),
    # The largest version holds the present state. Events from before versions follow business time, then their ids.
    newest_by=("version", "occurred_at", "event_id"),
    row_of=contract_row,
)

appearance = Table(
    "appearance",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    moment("first_activity_at", nullable=False, comment="business time of the earliest fact"),
    schema=DERIVED,
)

CHURN_BANDS = StateCopy(
    Table(
        "churn_bands",
        METADATA,
        Column("policy_id", UUID, primary_key=True),
        Column("sequence", BigInteger, nullable=False),
        Column("bands", ARRAY(String), nullable=False),
        schema=DERIVED,
    ),
    newest_by=("sequence",),
    row_of=bands_row,
    ignored=lambda _: FOR_AUDIENCES,
)
"""The bands of the newest scoring policy: one row, none before the first change."""

VALUE_TIERS = StateCopy(
    Table(
        "value_tiers",
        METADATA,
        Column("policy_id", UUID, primary_key=True),
        Column("sequence", BigInteger, nullable=False),
        Column("tiers", ARRAY(String), nullable=False),
        schema=DERIVED,
    ),
    newest_by=("sequence",),
    row_of=tiers_row,
    ignored=lambda _: FOR_AUDIENCES,
)
"""The tiers of the newest value policy: one row, none before the first change."""

SEGMENT_DEFINITIONS = StateCopy(
    Table(
        "segment_definition",
        METADATA,
        Column("segment_id", UUID, primary_key=True),
        Column("sequence", BigInteger, nullable=False),
        Column("key", String, nullable=False),
        Column("archived", Boolean, nullable=False),
        schema=DERIVED,
    ),
    newest_by=("sequence",),
    row_of=definition_row,
    ignored=lambda _: FOR_AUDIENCES,
)
"""The announced segments. Shipped segments are here only after a change."""
