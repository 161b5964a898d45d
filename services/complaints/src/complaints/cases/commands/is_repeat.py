"""Check whether a request means the case that its source's fact opened, however it says so."""

from complaints.cases.repository.history import read_description
from complaints.cases.repository.rows import stored_case
from complaints.cases.schemas.requests import NewCase
from lealtad.customers import find
from lealtad.db import Connection, Row
from lealtad.events.catalog.shared_types import FactSource
from lealtad.http import CustomerRef


async def is_repeat(connection: Connection, body: NewCase, row: Row) -> bool:
    """Return whether `body` says what opened the case of `row`: the same values, and the same customer by any name."""
    stored = stored_case(row)
    intake = stored.intake
    said = (body.kind, body.severity, body.channel, body.cause, body.product_line, body.occurred_at)
    known = (intake.kind, intake.severity, intake.channel, intake.cause, intake.product_line, stored.case.opened_at)
    about = FactSource(**body.about.model_dump()) if body.about else None
    if said != known or about != intake.about or not await _same_customer(connection, body, row):
        return False
    return body.description == await read_description(connection, stored.id)


async def _same_customer(connection: Connection, body: NewCase, row: Row) -> bool:
    named = (row.named_customer_id, row.named_source, row.named_external_id)
    if body.customer_ref is None:
        return named == (None, None, None)
    ref = CustomerRef.parse(body.customer_ref, body.customer_pointer)
    if (ref.id, ref.source, ref.external_id) == named:
        return True
    first = CustomerRef(id=named[0], source=named[1], external_id=named[2])
    customer_id = await find(connection, ref)
    return named != (None, None, None) and customer_id is not None and customer_id == await find(connection, first)
