"""A service's own copy of the customers' shareable state, projected from the topic `customers`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import UUID as UUID_TYPE
from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table

from lealtad.customers import repository
from lealtad.db.columns import DERIVED
from lealtad.db.recordset import Row
from lealtad.events.catalog.customer_profile import CustomerState
from lealtad.events.envelope import Event
from lealtad.read_models import StateCopy
from lealtad.unit_of_work import UnitOfWork

STALE = "a newer state of the customer is known"


def _nothing_more(_state: CustomerState) -> Row:
    return {}


class CustomerCopy:
    """The tables `derived.customer` and `derived.customer_external_id` of a service, and their projection.

    Every copy has the id, the status and the merge of a customer. `attributes` are further columns that the service
    needs; `attributes_of` returns their values in a state.
    """

    def __init__(
        self,
        metadata: MetaData,
        *attributes: Column[Any],
        attributes_of: Callable[[CustomerState], Row] = _nothing_more,
    ) -> None:
        self.customer = Table(
            "customer",
            metadata,
            Column("customer_id", UUID_TYPE, primary_key=True),
            Column("sequence", BigInteger, nullable=False),
            Column("status", String, nullable=False),
            Column("merged_into", UUID_TYPE),
            *attributes,
            schema=DERIVED,
        )
        self.external_id = Table(
            "customer_external_id",
            metadata,
            Column("source", String, primary_key=True),
            Column("external_id", String, primary_key=True),
            # Part of the key: an id that moves between customers ends the same in any order of their states.
            Column("customer_id", UUID_TYPE, primary_key=True),
            # A newer state of a customer replaces all of its external ids.
            Index("ix_customer_external_id_customer_id", "customer_id"),
            schema=DERIVED,
        )
        self._attributes_of = attributes_of
        self._states = StateCopy(self.customer, newest_by=("sequence",), row_of=self._row)

    async def fold(self, uow: UnitOfWork, events: Sequence[Event[CustomerState]]) -> None:
        """Insert or update each customer's state with the largest sequence; ignore states older than the stored one."""
        changed = {event.key: event.data for event in await self._states.keep(uow.connection, events)}
        for event in events:
            if event.key not in changed:
                uow.ignore(event, STALE)
        if changed:
            await repository.replace_external_ids(uow.connection, changed, _external_ids(changed.items()))

    def _row(self, event: Event[CustomerState]) -> Row:
        state = event.data
        return {
            "customer_id": event.key,
            "sequence": event.sequence,
            "status": state.status,
            "merged_into": state.merged_into,
            **self._attributes_of(state),
        }


def _external_ids(states: Iterable[tuple[UUID, CustomerState]]) -> list[tuple[str, str, UUID]]:
    return [
        (item.source, item.external_id, customer_id) for customer_id, state in states for item in state.external_ids
    ]
