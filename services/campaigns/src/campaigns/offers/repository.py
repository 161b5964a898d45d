"""SQL of the offer catalogue that decisions and responses need."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select, text, tuple_

from campaigns.domain.offers import OfferTerms
from campaigns.offers.models import OFFERS
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


@lru_cache(maxsize=1024)
def parse_terms(document: str) -> OfferTerms:
    """Parse a stored JSON document. A version never changes, so each is parsed once per process."""
    return OfferTerms.model_validate_json(document)


async def count_acceptance(connection: Connection, offer_id: UUID) -> Row | None:
    """Count an acceptance and return whether it `was_last`. Return None if the limit in force was reached before."""
    return (await connection.execute(COUNT_ACCEPTANCE, {"offer_id": offer_id})).one_or_none()


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
    columns = OFFERS.versions.columns
    selected = select(columns.offer_id, columns.version, columns.terms)
    rows = await connection.execute(selected.where(tuple_(columns.offer_id, columns.version).in_(list(versions))))
    return {(row.offer_id, row.version): OfferTerms.model_validate(row.terms) for row in rows}
