"""Events of the other services about one customer, as campaigns receives them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import text

from lealtad.events.catalog.churn_scoring import ChurnKind, ChurnScored, ModelRef
from lealtad.events.catalog.complaints import (
    CaseAttached,
    CaseKind,
    CaseOpened,
    CaseResolved,
    CaseState,
    CaseStatus,
    Severity,
)
from lealtad.events.catalog.customer_profile import (
    Channel,
    ConsentState,
    ContractStarted,
    CustomerRegistered,
    CustomerStatus,
    ExternalId,
    PurchaseLine,
    PurchaseRecorded,
    Purpose,
)
from lealtad.events.catalog.segmentation import MembershipsChanged, SegmentRef
from lealtad.events.catalog.shared_types import FactSource
from lealtad.events.envelope import Event
from lealtad.events.model import Causes
from lealtad.money import Money
from lealtad.testing.builders import an_event
from lealtad.unit_of_work import Database

SPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
START = datetime(2011, 3, 1, 9, tzinfo=UTC)
"""The time of the tests' clock: a Tuesday morning."""
NO_CAUSES = Causes(ids=[], count=0)


def an_id(name: str) -> UUID:
    return uuid5(SPACE, name)


def granted(channel: Channel | None = None, *, days_ago: int = 100, yes: bool = True) -> ConsentState:
    return ConsentState(
        purpose=Purpose.MARKETING, channel=channel, granted=yes, given_at=START - timedelta(days=days_ago)
    )


def registered(name: str = "ana", *, sequence: int = 1, **changes: Any) -> Event[CustomerRegistered]:
    plain: dict[str, Any] = {
        "status": CustomerStatus.ACTIVE,
        "provisional": False,
        "external_ids": [ExternalId(source="shop", external_id=name)],
        "language": "es",
        "time_zone": "Europe/Madrid",
        "consents": [granted()],
        "registered_at": START - timedelta(days=200),
        "changed": [],
    }
    return an_event(CustomerRegistered(**{**plain, **changes}), key=an_id(name), sequence=sequence)


def scored(
    name: str = "ana", *, band: str = "low", probability: str = "0.2", at_risk: str | None = None, sequence: int = 1
) -> Event[ChurnScored]:
    score = ChurnScored(
        customer_id=an_id(name),
        probability=Decimal(probability),
        band=band,
        kind=ChurnKind.INACTIVITY,
        horizon_days=90,
        value_at_risk=Money(amount=Decimal(at_risk), currency="EUR") if at_risk else None,
        model=ModelRef(name="bgnbd-prior", version=1),
        policy_version=1,
        as_of=START,
        causes=NO_CAUSES,
    )
    return an_event(score, key=an_id(name), sequence=sequence)


def segmented(
    name: str = "ana", *segments: str, tier: str | None = None, sequence: int = 1, behavioural: Sequence[str] = ()
) -> Event[MembershipsChanged]:
    refs = [SegmentRef(segment_id=an_id(key), key=key, version=1) for key in segments]
    state = MembershipsChanged(
        customer_id=an_id(name), segments=refs, behavioural=behavioural, tier=tier, as_of=START, causes=NO_CAUSES
    )
    return an_event(state, key=an_id(name), sequence=sequence)


def a_case(
    kind: type[CaseState],
    name: str | None = "ana",
    *,
    case: str = "case",
    version: int = 1,
    status: CaseStatus = CaseStatus.NEW,
    resolved_at: datetime | None = None,
    mutes: bool = True,
    due_at: datetime | None = None,
    paused_at: datetime | None = None,
) -> Event[CaseState]:
    customer = an_id(name) if name else None
    state = kind(
        case_id=an_id(case),
        version=version,
        customer_id=customer,
        kind=CaseKind.COMPLAINT,
        severity=Severity.HIGH,
        status=status,
        mutes=mutes,
        channel=Channel.CALL_CENTRE,
        opened_at=START - timedelta(days=3),
        due_at=due_at,
        paused_at=paused_at,
        resolved_at=resolved_at,
        occurred_at=resolved_at or START,
    )
    return an_event(state, key=customer or an_id(case), sequence=version)


def complained(name: str | None = "ana", **changes: Any) -> Event[CaseState]:
    return a_case(CaseOpened, name, **changes)


def resolved(name: str = "ana", *, at: datetime = START, version: int = 2, **changes: Any) -> Event[CaseState]:
    return a_case(CaseResolved, name, version=version, status=CaseStatus.RESOLVED, resolved_at=at, **changes)


def attached(name: str = "ana", *, version: int = 2, **changes: Any) -> Event[CaseState]:
    return a_case(CaseAttached, name, version=version, **changes)


def bought(name: str = "ana", *, at: datetime = START, fact: str = "invoice-1") -> Event[PurchaseRecorded]:
    purchase = PurchaseRecorded(
        customer_id=an_id(name),
        source=FactSource(system="shop", fact_id=fact),
        occurred_at=at,
        recorded_at=at,
        lines=[PurchaseLine(sku="22423", quantity=Decimal(2), unit_price=Decimal("10.95"))],
        total=Money(amount=Decimal("21.90"), currency="EUR"),
    )
    return an_event(purchase, key=an_id(name))


def contracted(
    name: str = "ana",
    *,
    ends_at: datetime | None = None,
    days_ago: int = 100,
    contract: str = "contract",
    version: int = 0,
) -> Event[ContractStarted]:
    started = ContractStarted(
        customer_id=an_id(name),
        source=FactSource(system="billing", fact_id=contract),
        occurred_at=START - timedelta(days=days_ago),
        recorded_at=START,
        contract_id=an_id(contract),
        product_line="broadband",
        monthly_amount=Money(amount=Decimal("29.90"), currency="EUR"),
        starts_at=START - timedelta(days=100),
        ends_at=ends_at,
        version=version,
    )
    return an_event(started, key=an_id(name))


async def confirm_inputs(database: Database, *, age_s: int = 0) -> None:
    """Store that the worker read customers and cases to their end `age_s` seconds ago."""
    statement = text("""
        INSERT INTO consumer_position (consumer_group, topic, partition, next, cluster_id, confirmed_at)
        SELECT 'lealtad.campaigns', topic, 0, 1, 'test', clock_timestamp() - make_interval(secs => :age)
        FROM unnest(ARRAY['customers', 'cases']) AS topic
        ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET confirmed_at = excluded.confirmed_at
    """)
    async with database.begin() as uow:
        await uow.connection.execute(statement, {"age": age_s})


async def set_policy(database: Database, **changes: object) -> None:
    """Update the policy in force in place, as if it were the default."""
    change = text("UPDATE contact_policy SET policy = policy || CAST(:changes AS jsonb)")
    async with database.begin() as uow:
        await uow.connection.execute(change, {"changes": json.dumps(changes)})
