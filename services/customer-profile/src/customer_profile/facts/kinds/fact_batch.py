"""What is known while facts are decided on: loaded once for all of them, kept up to date from fact to fact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from customer_profile.customers.repository import LockedCustomer
from customer_profile.domain.contracts import Contract
from customer_profile.domain.returns import ReturnablePurchase
from customer_profile.facts.kinds import Kind
from customer_profile.facts.kinds.fact_ref import Source
from customer_profile.policy.schemas import IntakePolicy
from lealtad.events.catalog.customer_profile import Fact
from lealtad.events.cause import Lane
from lealtad.http import CustomerRef
from lealtad.ids import new_id

UNKNOWN_CONTENT = b""
"""Fingerprint of a fact that was taken back from its event: what exactly its source had sent is not known."""


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A fact that is recorded, or will be at the commit."""

    id: UUID
    kind: Kind
    customer_id: UUID
    fingerprint: bytes
    data: Mapping[str, Any]
    """Data of its event as JSON values."""


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact that was decided to be right, with what follows from it."""

    id: UUID
    kind: Kind
    event: Fact
    purchase: ReturnablePurchase | None = None
    """The purchase it records, or the purchase it returns goods of as it stands afterwards."""
    purchase_id: UUID | None = None
    """The purchase it returns goods of."""
    contract: Contract | None = None
    """The contract it starts, changes or cancels, as it stands afterwards."""


@dataclass(slots=True)
class FactBatch:
    """State that decisions read, and that accepted facts change."""

    now: datetime
    """Business time."""
    recorded_at: datetime
    """System time."""
    currency: str
    policy: IntakePolicy
    lane: Lane
    customers: dict[CustomerRef, LockedCustomer]
    facts: dict[Source, StoredFact]
    purchases: dict[UUID, ReturnablePurchase] = field(default_factory=dict)
    contracts: dict[UUID, Contract] = field(default_factory=dict)
    owners: dict[UUID, UUID] = field(default_factory=dict)
    """The customers of known purchases, by purchase."""
    aliases: dict[Source, UUID] = field(default_factory=dict)
    """Ids of known purchases and contracts, by how their source calls them."""
    newcomers: dict[CustomerRef, UUID] = field(default_factory=dict)
    """Customers who come to be with their first fact."""

    def newcomer(self, ref: CustomerRef) -> UUID:
        """Return the id of the customer that `ref` will name."""
        return self.newcomers.setdefault(ref, new_id())

    def id_of(self, ref: UUID | Source) -> UUID | None:
        """Return the id of the purchase or contract that `ref` names, if it is known."""
        return self.aliases.get(ref) if isinstance(ref, Source) else ref

    def accept(self, draft: NewFact, known: StoredFact) -> None:
        """Take note of an accepted fact, for the facts that come after it."""
        source = Source(draft.event.source.system, draft.event.source.fact_id)
        self.facts[source] = known
        self.aliases[source] = draft.id
        if draft.purchase:
            purchase_id = draft.purchase_id or draft.id
            self.purchases[purchase_id] = draft.purchase
            self.owners[purchase_id] = draft.event.customer_id
        if draft.contract:
            self.contracts[draft.contract.id] = draft.contract
