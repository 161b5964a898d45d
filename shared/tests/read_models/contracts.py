"""A tiny service for tests of read models: it copies what customer-profile announces about contracts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, Date, String, Table
from sqlalchemy import UUID as UUID_TYPE
from sqlalchemy.dialects.postgresql import JSONB

from lealtad.app import DatabasePart, HttpPart, Service, StreamPart
from lealtad.db import metadata
from lealtad.db.columns import AMOUNT, DERIVED, moment
from lealtad.db.recordset import json_value
from lealtad.events.catalog.customer_profile import ContractChanged, ContractFact
from lealtad.events.envelope import Event
from lealtad.journal import Entry
from lealtad.kafka.consume.projections import Projections
from lealtad.read_models import FactCopy, StateCopy
from lealtad.testing.builders import an_event
from lealtad.unit_of_work import Database, Touched, UnitOfWork

METADATA = metadata()
OPEN_END = "a contract without an end leads to nothing"


def contract_row(event: Event[ContractFact]) -> dict[str, Any]:
    contract = event.data
    return {
        "customer_id": contract.customer_id,
        "product_line": contract.product_line,
        "occurred_at": contract.occurred_at,
        "event_id": event.id,
        "monthly": contract.monthly_amount.amount,
        "ends_on": contract.ends_at.date() if contract.ends_at else None,
        "tags": [contract.product_line, event.type],
        "data": json_value(contract.model_dump_json()),
    }


def open_end(contract: ContractFact) -> str | None:
    return None if contract.ends_at else OPEN_END


CONTRACTS = StateCopy(
    Table(
        "contract",
        METADATA,
        Column("customer_id", UUID_TYPE, primary_key=True),
        Column("product_line", String, primary_key=True),
        moment("occurred_at", nullable=False),
        Column("event_id", UUID_TYPE, nullable=False),
        Column("monthly", AMOUNT, nullable=False),
        Column("ends_on", Date),
        Column("tags", ARRAY(String), nullable=False),
        Column("data", JSONB, nullable=False),
        schema=DERIVED,
    ),
    newest_by=("occurred_at", "event_id"),
    row_of=contract_row,
    ignored=open_end,
)
FACTS = FactCopy[ContractFact](
    Table(
        "contract_fact",
        METADATA,
        Column("event_id", UUID_TYPE, primary_key=True),
        Column("monthly", AMOUNT, nullable=False),
        schema=DERIVED,
    ),
    row_of=lambda event: {"event_id": event.id, "monthly": event.data.monthly_amount.amount},
)


async def nothing(_uow: UnitOfWork, _touched: Touched) -> None:
    """React to nothing."""


COPIES = Service(
    name="complaints",
    title="Contracts",
    description="Copies contracts",
    http=HttpPart(),
    database=DatabasePart(Path(__file__).with_name("contracts_migrations"), METADATA),
    stream=StreamPart(Projections(), nothing),
)


def a_contract(
    customer: UUID, number: int, *, day: int = 1, line: str = "fibre", ends_at: str | None = "2012-03-01T00:00:00Z"
) -> Event[ContractFact]:
    """Return the event number `number`, on a day of March 2011; the amount is the number and a tenth."""
    contract = ContractChanged(
        customer_id=customer,
        source={"system": "billing", "fact_id": str(number)},
        occurred_at=f"2011-03-{day:02}T09:00:00Z",
        recorded_at="2011-03-31T09:00:00Z",
        contract_id=UUID(int=7),
        product_line=line,
        monthly_amount={"amount": f"{number}.10", "currency": "EUR"},
        starts_at="2011-03-01T00:00:00Z",
        ends_at=ends_at,
    )
    return an_event(contract, key=customer, sequence=number, event_id=UUID(int=number))


async def fold(database: Database, events: Sequence[Event[ContractFact]]) -> dict[UUID, str]:
    """Fold `events` in one batch into both copies; return what the journal says became of each."""
    async with database.begin() as uow:
        entries = {event.id: Entry(event.id, "event", event.type, event.key) for event in events}
        for entry in entries.values():
            uow.journal.add(entry)
        await CONTRACTS.fold(uow, events)
        await FACTS.fold(uow, events)
    return {event_id: entry.outcome for event_id, entry in entries.items()}
