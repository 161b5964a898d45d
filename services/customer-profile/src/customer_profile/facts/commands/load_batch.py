"""Load all that decisions on facts need: lock the customers first, then read the state."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from customer_profile.customers import repository as customers
from customer_profile.facts.commands.identify_customer import refs_of
from customer_profile.facts.kinds.descriptor import FactKind
from customer_profile.facts.kinds.fact_batch import FactBatch, PendingFact, RelatedState
from customer_profile.facts.kinds.fact_ref import FactRefs, Source, parse_fact_ref
from customer_profile.facts.kinds.registry import FactKinds
from customer_profile.facts.repository import facts as repository
from customer_profile.facts.repository import pending_facts
from customer_profile.facts.schemas import FactRequest
from customer_profile.policy.models import INTAKE_POLICY
from lealtad.clock import system_now
from lealtad.events.cause import Lane
from lealtad.http import CustomerRef, Problem
from lealtad.http.database_errors import LostRaceError
from lealtad.unit_of_work import UnitOfWork

Related = Mapping[type[RelatedState], FactRefs]
Found = Mapping[Source, UUID]


async def load_batch(uow: UnitOfWork, facts: Sequence[FactRequest], lane: Lane) -> FactBatch:
    """Lock the customers of `facts` and return the state for decisions, by a fixed number of statements."""
    related = _related(uow.resources.fact_kinds, facts)
    states_with_customer = await _load_states_with_customer(uow, related)
    pending = await _load_pending(uow, facts, states_with_customer)
    policy = (await INTAKE_POLICY.in_force(uow.connection)).policy
    released = [_request(uow, fact) for facts_pending in pending.values() for fact in facts_pending]
    refs = {ref for fact in (*facts, *released) for ref in _customer_refs(fact)}
    refs |= {CustomerRef(id=customer_id) for state, _ in states_with_customer for customer_id in state.customers()}
    locked = await customers.lock(uow.connection, refs) if refs else {}
    # Read after the locks, to see the facts of concurrent transactions of these customers.
    found = await repository.find_facts(uow.connection, [_source(fact) for fact in facts])
    batch = FactBatch(
        now=uow.now,
        recorded_at=system_now(),
        currency=uow.resources.reporting_currency,
        policy=policy,
        lane=lane,
        customers=locked,
        facts=found.recorded,
        waiting=found.waiting,
        pending=pending,
    )
    if batch.facts and (unknown := refs - batch.customers.keys()):
        # A concurrent transaction may have created both between the two statements: a fact sent twice is no conflict.
        batch.customers |= await customers.lock(uow.connection, unknown)
    for state, state_refs in related.items():
        await batch.load_state(state, uow.connection, state_refs)
    locked_ids = {customer.id for customer in batch.customers.values()}
    if any(not state.customers() <= locked_ids for state in batch.states.values()):
        raise LostRaceError("what a fact names was recorded in this moment")
    return batch


async def _load_states_with_customer(uow: UnitOfWork, related: Related) -> list[tuple[RelatedState, Found]]:
    """Return the states that name customers, with the ids found; they are loaded again under the locks."""
    states = [(state(), refs) for state, refs in related.items() if state.has_customer]
    return [(state, await state.load(uow.connection, refs)) for state, refs in states]


async def _load_pending(
    uow: UnitOfWork, facts: Sequence[FactRequest], loaded: Sequence[tuple[RelatedState, Found]]
) -> dict[Source, list[PendingFact]]:
    """Lock the facts for which facts may wait, and return those that wait for them."""
    kinds: FactKinds = uow.resources.fact_kinds
    known = {source for _, found in loaded for source in found}
    awaited = {_source(fact) for fact in facts if kinds.with_name(fact.type).awaited}
    awaited |= {
        ref
        for fact in facts
        for state in kinds.with_name(fact.type).related
        if kinds.with_name(fact.type).waiting and isinstance(ref := _named(fact, state), Source) and ref not in known
    }
    if not awaited:
        return {}
    await pending_facts.lock_awaited(uow.connection, awaited)
    return await pending_facts.find_waiting(uow.connection, awaited)


def _request(uow: UnitOfWork, pending: PendingFact) -> FactRequest:
    kind: FactKind[FactRequest] = uow.resources.fact_kinds.with_name(pending.kind)
    return kind.parse(pending.request)


def _related(kinds: FactKinds, facts: Sequence[FactRequest]) -> Related:
    """Return the references to state that the facts hold; decisions raise the problems of wrong ones."""
    refs: dict[type[RelatedState], set[UUID | Source]] = {}
    for fact in facts:
        for state in kinds.with_name(fact.type).related:
            if ref := _named(fact, state):
                refs.setdefault(state, set()).add(ref)
    return {state: FactRefs.of(named) for state, named in refs.items()}


def _named(fact: FactRequest, state: type[RelatedState]) -> UUID | Source | None:
    text = getattr(fact, state.field)
    return None if text is None else _fact_ref(text, state.field)


def _fact_ref(text: str, field: str) -> UUID | Source | None:
    try:
        return parse_fact_ref(text, f"/{field}")
    except Problem:
        return None


def _customer_refs(fact: FactRequest) -> list[CustomerRef]:
    try:
        return refs_of(fact)
    except Problem:
        return []  # The decision on this fact raises the problem.


def _source(fact: FactRequest) -> Source:
    return Source(fact.source.system, fact.source.fact_id)
