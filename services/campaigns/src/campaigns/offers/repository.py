"""SQL of the offer catalogue."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import String, cast, insert, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from campaigns.domain.offers import OfferTerms
from campaigns.offers.models import offer, offer_version
from lealtad.db import Connection, Row

# Two concurrent acceptances of the last unit wait for each other here, and the second finds no unit left. A change of
# the limit and an acceptance wait for each other, so that no acceptance is counted beyond the limit in force.
COUNT_ACCEPTANCE = text("""
    WITH in_force AS (
        SELECT offer_id, CAST(terms #>> '{limits,total}' AS bigint) AS total
        FROM offer WHERE offer_id = :offer_id FOR SHARE
    )
    INSERT INTO offer_acceptances AS tally (offer_id, accepted) SELECT offer_id, 1 FROM in_force
    ON CONFLICT (offer_id) DO UPDATE SET accepted = tally.accepted + 1
    WHERE (SELECT coalesce(tally.accepted < total, true) FROM in_force)
    RETURNING accepted = (SELECT total FROM in_force) AS was_last
""")
VERSION_AT = text("""
    SELECT version, withdrawn, CAST(terms AS text) AS terms FROM offer_version
    WHERE offer_id = :offer_id AND version = coalesce(
        (SELECT max(version) FROM offer_version WHERE offer_id = :offer_id AND changed_at <= :moment), 1)
""")


class ChangeStamp(NamedTuple):
    """Business time of a change, and the subject of the manager's token."""

    at: datetime
    by: str


@lru_cache(maxsize=1024)
def parse_terms(document: str) -> OfferTerms:
    """Parse a stored JSON document. A version never changes, so each is parsed once per process."""
    return OfferTerms.model_validate_json(document)


async def count_acceptance(connection: Connection, offer_id: UUID) -> Row | None:
    """Count an acceptance and return whether it `was_last`. Return None if the limit in force was reached before."""
    return (await connection.execute(COUNT_ACCEPTANCE, {"offer_id": offer_id})).one_or_none()


async def find(connection: Connection, reference: str, *, lock: bool = False) -> Row | None:
    """Return the row of the offer with this id or key."""
    row = select(offer).where(or_(cast(offer.c.offer_id, String) == reference, offer.c.key == reference))
    return (await connection.execute(row.with_for_update() if lock else row)).one_or_none()


async def find_version(connection: Connection, offer_id: UUID, version: int) -> Row | None:
    """Return one version of an offer, in force or not."""
    at = (offer_version.c.offer_id == offer_id) & (offer_version.c.version == version)
    version_row = select(offer_version, offer.c.key).join(offer, offer.c.offer_id == offer_version.c.offer_id).where(at)
    return (await connection.execute(version_row)).one_or_none()


async def find_terms_at(connection: Connection, offer_id: UUID, moment: datetime) -> OfferTerms | None:
    """Return the terms in force at `moment`, or None if the offer was withdrawn then.

    Before the first change the first terms were in force.
    """
    row = (await connection.execute(VERSION_AT, {"offer_id": offer_id, "moment": moment})).one()
    return None if row.withdrawn else parse_terms(row.terms)


async def find_terms_of_versions(
    connection: Connection, versions: Collection[tuple[UUID, int]]
) -> dict[tuple[UUID, int], OfferTerms]:
    """Return the terms of the versions that exist."""
    columns = offer_version.c
    selected = select(columns.offer_id, columns.version, columns.terms)
    rows = await connection.execute(selected.where(tuple_(columns.offer_id, columns.version).in_(list(versions))))
    return {(row.offer_id, row.version): OfferTerms.model_validate(row.terms) for row in rows}


async def list_page(
    connection: Connection, *, after: str | None, limit: int, kind: str | None, withdrawn: bool
) -> Sequence[Row]:
    """Return offers in ascending key, after the key `after`."""
    selected = select(offer).where(offer.c.withdrawn == withdrawn).order_by(offer.c.key).limit(limit)
    if after is not None:
        selected = selected.where(offer.c.key > after)
    if kind is not None:
        selected = selected.where(offer.c.terms["kind"].astext == kind)
    return await connection.execute(selected)


async def add(connection: Connection, offer_id: UUID, key: str, terms: OfferTerms, stamp: ChangeStamp) -> bool:
    """Insert an offer in its first version; return False if the key is in use."""
    values = _values(terms, stamp, version=1, withdrawn=False)
    added = upsert(offer).values(offer_id=offer_id, key=key, **values).on_conflict_do_nothing(index_elements=["key"])
    if (await connection.execute(added.returning(offer.c.offer_id))).one_or_none() is None:
        return False
    await connection.execute(insert(offer_version).values(offer_id=offer_id, **values))
    return True


async def change(
    connection: Connection, offer_id: UUID, terms: OfferTerms, stamp: ChangeStamp, *, version: int, withdrawn: bool
) -> None:
    """Put another version in force. A version is never overwritten."""
    values = _values(terms, stamp, version=version, withdrawn=withdrawn)
    await connection.execute(update(offer).where(offer.c.offer_id == offer_id).values(**values))
    await connection.execute(insert(offer_version).values(offer_id=offer_id, **values))


def _values(terms: OfferTerms, stamp: ChangeStamp, *, version: int, withdrawn: bool) -> dict[str, Any]:
    document = terms.model_dump(mode="json")
    return {
        "version": version,
        "withdrawn": withdrawn,
        "terms": document,
        "changed_at": stamp.at,
        "changed_by": stamp.by,
    }
