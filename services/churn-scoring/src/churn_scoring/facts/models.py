"""Tables of facts, folded histories, contracts and cases."""

from sqlalchemy import UUID, Boolean, Column, Double, Index, Integer, String, Table, text

from churn_scoring.domain.facts import COMPLAINT_KINDS
from churn_scoring.domain.history import DECAYING
from churn_scoring.metadata import METADATA
from lealtad.db.columns import AMOUNT, DERIVED, SUM, moment
from lealtad.db.recordset import Row
from lealtad.events.catalog.complaints import OPEN_STATUSES, CaseState
from lealtad.events.catalog.customer_profile import ContractFact
from lealtad.events.envelope import Event
from lealtad.read_models import FactCopy, StateCopy

fact = Table(
    "fact",
    METADATA,
    Column("id", UUID, primary_key=True, comment="the event; the case, for a complaint"),
    Column("customer_id", UUID, nullable=False),
    Column("kind", String, nullable=False),
    moment("occurred_at", nullable=False),
    Column("amount", AMOUNT, nullable=False),
    # Used to fold all facts of a customer again after a late fact, and by training.
    Index("ix_fact_customer_id", "customer_id", "occurred_at", "id"),
    schema=DERIVED,
)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


def _amount(name: str) -> Column[float]:
    return Column(name, Double, nullable=False, server_default=text("0"))


history = Table(
    "history",
    METADATA,
    Column("customer_id", UUID, primary_key=True),
    moment("last_at", comment="place of the newest folded fact, with last_fact"),
    Column("last_fact", UUID),
    Column("day", Integer, nullable=False, server_default=text("0"), comment="UTC day ordinal of the decayed sums"),
    Column("first_purchase_day", Integer),
    Column("last_purchase_day", Integer),
    moment("last_purchase_at"),
    _count("purchases"),
    _count("purchase_days"),
    _amount("gap_squares"),
    Column("gap_smoothed", Double),
    Column("spent", SUM, nullable=False, server_default=text("0")),
    Column("returned", SUM, nullable=False, server_default=text("0")),
    _count("complaints"),
    Column("last_touchpoint_day", Integer),
    _count("offers_accepted"),
    _count("offers_rejected"),
    *(_amount(name) for name in DECAYING),
    schema=DERIVED,
    # Leaves room for updates in place: rows change with every event of a customer.
    postgresql_with={"fillfactor": "70"},
)


def contract_fact_row(event: Event[ContractFact]) -> Row:
    """Return the row of a fact about a contract."""
    contract = event.data
    return {
        "fact_id": event.id,
        "contract_id": contract.contract_id,
        "version": contract.version,
        "customer_id": contract.customer_id,
        "occurred_at": contract.occurred_at,
        "known_at": contract.changed_at or contract.occurred_at,
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
        "complains": case.kind in COMPLAINT_KINDS,
        "open": case.status in OPEN_STATUSES,
        "opened_at": case.opened_at,
        "resolved_at": case.resolved_at,
    }


def without_customer(case: CaseState) -> str | None:
    """Return why a case triggers no evaluation, or None if it does."""
    return "the customer of the case is not known yet" if case.customer_id is None else None


# The copy keeps all facts of a contract; an assessment selects the largest version, training the largest of its time.
CONTRACT_FACTS = FactCopy(
    Table(
        "contract_fact",
        METADATA,
        Column("fact_id", UUID, primary_key=True),
        Column("contract_id", UUID, nullable=False),
        Column(
            "version", Integer, nullable=False, server_default=text("0"), comment="0: of an event from before versions"
        ),
        Column("customer_id", UUID, nullable=False),
        moment("occurred_at", nullable=False),
        moment("known_at", comment="business time of the newest step in this state"),
        moment("starts_at", nullable=False),
        moment("ends_at"),
        Index("ix_contract_fact_customer_id", "customer_id"),
        schema=DERIVED,
    ),
    row_of=contract_fact_row,
)

CASES = StateCopy(
    Table(
        "service_case",
        METADATA,
        Column("case_id", UUID, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("customer_id", UUID, comment="null: not known yet"),
        Column("complains", Boolean, nullable=False, comment="complaint, claim, warranty or return; not a petition"),
        Column("open", Boolean, nullable=False),
        moment("opened_at", nullable=False),
        moment("resolved_at"),
        Index("ix_service_case_customer_id", "customer_id", postgresql_where=text("complains")),
        schema=DERIVED,
    ),
    newest_by=("version",),
    row_of=case_row,
    ignored=without_customer,
)
