"""Load all that decisions on facts need: lock the customers first, then read the state."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from customer_profile.customers import repository as customers
from customer_profile.facts.commands.identify_customer import refs_of
from customer_profile.facts.kinds.fact_batch import FactBatch, RelatedState
from customer_profile.facts.kinds.fact_ref import FactRefs, Source, parse_fact_ref
from customer_profile.facts.kinds.registry import FactKinds
from customer_profile.facts.repository import facts as repository
from customer_profile.facts.schemas import FactRequest
from customer_profile.policy.models import INTAKE_POLICY
from lealtad.clock import system_now
from lealtad.events.cause import Lane
from lealtad.http import CustomerRef, Problem
from lealtad.unit_of_work import UnitOfWork

Related = Mapping[type[RelatedState], FactRefs]


async def load_batch(uow: UnitOfWork, facts: Sequence[FactRequest], lane: Lane) -> FactBatch:
    """Lock the customers of `facts` and return the state for decisions, by a fixed number of statements."""
    related = _related(uow.resources.fact_kinds, facts)
    states_with_customer = await _load_states_with_customer(uow, related)
    policy = (await INTAKE_POLICY.in_force(uow.connection)).policy
    refs = {ref for fact in facts for ref in _customer_refs(fact)}
    refs |= {CustomerRef(id=customer_id) for state in states_with_customer for customer_id in state.customers()}
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
    )
    if batch.facts and (unknown := refs - batch.customers.keys()):
        # A concurrent transaction may have created both between the two statements: a fact sent twice is no conflict.
        batch.customers |= await customers.lock(uow.connection, unknown)
    for state, state_refs in related.items():
        if not state.has_customer or any(isinstance(loaded, state) for loaded in states_with_customer):
            await batch.load_state(state, uow.connection, state_refs)
    return batch


async def _load_states_with_customer(uow: UnitOfWork, related: Related) -> list[RelatedState]:
    """Return the states that name customers, as far as there are any; they are loaded again under the locks."""
    states = [(state(), refs) for state, refs in related.items() if state.has_customer]
    return [state for state, refs in states if await state.load(uow.connection, refs)]


def _related(kinds: FactKinds, facts: Sequence[FactRequest]) -> Related:
    """Return the references to state that the facts hold; decisions raise the problems of wrong ones."""
    refs: dict[type[RelatedState], set[UUID | Source]] = {}
    for fact in facts:
        for state in kinds.with_name(fact.type).related:
            text = getattr(fact, state.field)
            if text is not None and (ref := _fact_ref(text, state.field)):
                refs.setdefault(state, set()).add(ref)
    return {state: FactRefs.of(named) for state, named in refs.items()}


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
