"""Tables of the folded facts.

Activity is kept per customer and day, so that a window costs its number of days, not of facts.
"""

from datetime import UTC
from typing import Any

from sqlalchemy import (
    ARRAY,
    UUID,
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    text,
)

from lealtad.db.columns import AMOUNT, DERIVED, SUM, moment
from lealtad.db.recordset import Row
from lealtad.events.catalog.churn_scoring import ChurnScored, ScoringPolicyChanged
from lealtad.events.catalog.complaints import OPEN_STATUSES, CaseState
from lealtad.events.catalog.customer_profile import ContractFact
from lealtad.events.envelope import Event
from lealtad.read_models import StateCopy
from segmentation.metadata import METADATA

COUNTS = (
    "purchases",
    "returns",
    "payments",
    "failed_payments",
    "touchpoints",
    "bad_touchpoints",
    "offers_accepted",
    "offers_rejected",
)
SUMS = ("purchase_amount", "returned_amount", "paid_amount")
LARGEST = "largest_purchase"
# Room for updates in place, since the row of today changes with every fact.
IN_PLACE = {"fillfactor": "80"}


def _measures() -> list[Column[Any]]:
    counts: list[Column[Any]] = [Column(name, Integer, nullable=False, server_default="0") for name in COUNTS]
    sums: list[Column[Any]] = [Column(name, SUM, nullable=False, server_default="0") for name in SUMS]
    return [*counts, *sums, Column(LARGEST, AMOUNT, nullable=False, server_default="0")]


activity_fact = Table(
    "activity_fact",
    METADATA,
    Column("event_id", UUID, primary_key=True),
    Column("customer_id", UUID, nullable=False),
    Column("kind", String, nullable=False),
    moment("occurred_at", nullable=False),
    Column("amount", AMOUNT, nullable=False),
    schema=DERIVED,
)

activity_day = Table(
    "activity_day",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("day", Date, primary_key=True),
    *_measures(),
    schema=DERIVED,
    postgresql_with=IN_PLACE,
)

activity_line_day = Table(
    "activity_line_day",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("product_line", String, primary_key=True),
    Column("purchases", Integer, nullable=False),
    Column("returns", Integer, nullable=False),
    Column("purchase_amount", SUM, nullable=False),
    Column("returned_amount", SUM, nullable=False),
    schema=DERIVED,
    postgresql_with=IN_PLACE,
)

LAST_DAYS = {
    "last_purchase": "purchases",
    "last_return": "returns",
    "last_payment": "payments",
    "last_failed_payment": "failed_payments",
    "last_touchpoint": "touchpoints",
}
"""Columns that hold the last day on which a count grew."""

activity_total = Table(
    "activity_total",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    *_measures(),
    Column("first_purchase", Date),
    *(Column(name, Date) for name in LAST_DAYS),
    schema=DERIVED,
    postgresql_with=IN_PLACE,
)


def contract_row(event: Event[ContractFact]) -> Row:
    """Return the row of a contract."""
    contract = event.data
    return {
        "contract_id": contract.contract_id,
        "version": contract.version,
        "customer_id": contract.customer_id,
        "occurred_at": contract.occurred_at,
        "event_id": event.id,
        "product_line": contract.product_line,
        "starts_at": contract.starts_at,
        "ends_at": contract.ends_at,
    }


def case_row(event: Event[CaseState]) -> Row:
    """Return the row of a case."""
    case = event.data
    return {
        "case_id": case.case_id,
        "version": case.version,
        "customer_id": case.customer_id,
        "kind": case.kind,
        "severity": case.severity,
        "is_open": case.status in OPEN_STATUSES,
        "mutes": case.mutes,
        "opened_on": case.opened_at.astimezone(UTC).date(),
    }


def score_row(event: Event[ChurnScored]) -> Row:
    """Return the row of a customer's score."""
    score = event.data
    return {
        "customer_id": score.customer_id,
        "sequence": event.sequence,
        "probability": score.probability,
        "band": score.band,
        "as_of": score.as_of,
    }


def bands_row(event: Event[ScoringPolicyChanged]) -> Row:
    """Return the row of the bands of the scoring policy."""
    return {"policy_id": event.key, "sequence": event.sequence, "bands": event.data.bands}


CONTRACT_STATES = StateCopy(
    Table(
        "contract",
        METADATA,
        Column("contract_id", UUID, primary_key=True),
        Column(
            "version", Integer, nullable=False, server_default=text("0"), comment="0: of an event from before versions"
        ),
        Column("customer_id", UUID, nullable=False),
        moment("occurred_at", nullable=False),
        Column("event_id", UUID, nullable=False),
        Column("product_line", String, nullable=False),
        moment("starts_at", nullable=False),
        moment("ends_at"),
        Index("ix_contract_customer_id", "customer_id"),
        schema=DERIVED,
    ),
    # The largest version holds the present state. Events from before versions follow business time, then their ids.
    newest_by=("version", "occurred_at", "event_id"),
    row_of=contract_row,
)

CASES = StateCopy(
    Table(
        "complaint_case",
        METADATA,
        Column("case_id", UUID, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("customer_id", UUID),
        Column("kind", String, nullable=False),
        Column("severity", String, nullable=False),
        Column("is_open", Boolean, nullable=False),
        Column("mutes", Boolean, nullable=False),
        Column("opened_on", Date, nullable=False),
        Index("ix_complaint_case_customer_id", "customer_id"),
        schema=DERIVED,
    ),
    newest_by=("version",),
    row_of=case_row,
    ignored=lambda case: "the case has no known customer yet" if case.customer_id is None else None,
)

SCORES = StateCopy(
    Table(
        "churn_score",
        METADATA,
        Column("customer_id", UUID, primary_key=True),
        Column("sequence", BigInteger, nullable=False),
        Column("probability", Numeric(9, 6)),
        Column("band", String),
        moment("as_of", nullable=False),
        schema=DERIVED,
    ),
    newest_by=("sequence",),
    row_of=score_row,
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
    ignored=lambda _: "concerns new rules only; churn-scoring announces the changed scores",
)
"""The bands of the newest scoring policy, which rules may name. One row, none before the first change."""
