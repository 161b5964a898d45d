"""A tiny service for tests of resources: versioned gifts, and the shelves that they lie on."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Boolean, Column, Integer, String, Table

from lealtad.app import DatabasePart, HttpPart, Service, StreamPart
from lealtad.db import Row, metadata
from lealtad.db.columns import OWNED
from lealtad.events.catalog.campaigns import OfferDefinitionChanged, OfferKind, OfferRef
from lealtad.http import SafeValueError, conflict
from lealtad.kafka.consume.projections import Projections
from lealtad.policies import tried
from lealtad.resources import Resource, VersionedResource
from lealtad.unit_of_work import Touched, UnitOfWork

METADATA = metadata()


class GiftTerms(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    worth: int = 1


class Gift(GiftTerms):
    gift_id: UUID
    key: str
    version: int
    withdrawn: bool
    changed_at: datetime
    changed_by: str


def weigh(terms: GiftTerms) -> None:
    if terms.worth < 0:
        raise SafeValueError("nobody wants it", "worth")


async def require_usable(_uow: UnitOfWork, terms: GiftTerms) -> None:
    tried(terms, weigh)


async def announce(uow: UnitOfWork, row: Row, _terms: GiftTerms) -> None:
    gift = OfferRef(offer_id=row.gift_id, key=row.key, version=row.version, kind=OfferKind.REWARD)
    uow.emit(OfferDefinitionChanged(offer=gift, withdrawn=row.withdrawn, changed_at=uow.now), key=row.gift_id)


GIFTS = VersionedResource(
    METADATA,
    "gift",
    GiftTerms,
    Gift,
    document="terms",
    retired="withdrawn",
    taken=lambda key: conflict("gift-exists", "There is such a gift", f"Not another {key}."),
    require_usable=require_usable,
    changed=announce,
)
SHELVES = Resource(
    "shelf",
    Table(
        "shelf",
        METADATA,
        Column("code", String, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("full_up", Boolean, nullable=False),
        schema=OWNED,
    ),
    key="code",
    taken=lambda code: conflict("shelf-exists", "There is such a shelf", f"Not another {code}."),
)


async def nothing(_uow: UnitOfWork, _touched: Touched) -> None:
    """React to nothing."""


GIFT_SHOP = Service(
    name="campaigns",
    title="Gifts",
    description="Has gifts on shelves",
    http=HttpPart(),
    database=DatabasePart(Path(__file__).with_name("gifts_migrations"), METADATA),
    stream=StreamPart(Projections(), nothing),
)
