"""Accept one fact after the other: emit their events, and note what the transaction is to write."""

from dataclasses import dataclass, field, replace
from typing import Any

from customer_profile.facts.commands.check_fact import source_of
from customer_profile.facts.commands.decide_fact import decide_fact, release_fact
from customer_profile.facts.kinds.descriptor import FactKind, NewFact
from customer_profile.facts.kinds.fact_batch import FactBatch, PendingFact, StoredFact
from customer_profile.facts.kinds.fact_ref import Source
from customer_profile.facts.schemas import FactRequest
from lealtad.events.envelope import EventRef
from lealtad.http import Answer, Problem
from lealtad.http.answer import RenderedAnswer
from lealtad.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FactResult:
    """The result for a fact that is recorded: now (201), or before with the same content (200)."""

    fact: StoredFact
    status: int

    def answer(self) -> RenderedAnswer:
        """Return the answer to the request that sent the fact."""
        return Answer(self.fact.document(), status=self.status).rendered()


@dataclass(slots=True)
class FactChanges:
    """What one transaction is going to write, apart from the facts that begin to wait (`batch.new_pending`)."""

    uow: UnitOfWork
    batch: FactBatch
    accepted: list[tuple[NewFact, EventRef]] = field(default_factory=list)
    released: list[Source] = field(default_factory=list)
    """The sources of facts that wait no longer."""
    refused: list[tuple[PendingFact, Problem]] = field(default_factory=list)
    """Facts that the fact which they waited for does not allow."""

    def accept(self, request: FactRequest, traceparent: str | None) -> FactResult | Problem:
        """Return the result of one fact, or the problem that keeps it out."""
        kind: FactKind[Any] = self.uow.resources.fact_kinds.with_name(request.type)
        source = source_of(request)
        try:
            fact = decide_fact(request, kind, self.batch)
            if isinstance(fact, StoredFact):
                return FactResult(fact, 200)
            if isinstance(fact, PendingFact):
                self.batch.add_pending(fact)
                return FactResult(fact.stored(), 201)
            waited = source in self.batch.facts
            stored = self._add(fact, source, traceparent)
        except Problem as problem:
            return problem
        if waited:  # Nothing had taken it up when the awaited fact came.
            self.released.append(source)
        if kind.awaited:
            for pending in self.batch.pending_for(source):
                self._release(pending, traceparent)
        return FactResult(stored, 201)

    def newest(self, request: FactRequest, outcome: FactResult | Problem) -> FactResult | Problem:
        """Return the outcome at the end of the transaction: the awaited fact may have come after a fact."""
        if isinstance(outcome, FactResult) and outcome.fact.pending:
            return replace(outcome, fact=self.batch.facts[source_of(request)])
        return outcome

    def _release(self, pending: PendingFact, traceparent: str | None) -> None:
        try:
            kind = self.uow.resources.fact_kinds.with_name(pending.kind)
            self._add(release_fact(pending, kind, self.batch), pending.source, traceparent)
        except Problem as problem:
            self.refused.append((pending, problem))
        else:
            if pending in self.batch.new_pending:
                self.batch.new_pending.remove(pending)
            else:
                self.released.append(pending.source)

    def _add(self, fact: NewFact, source: Source, traceparent: str | None) -> StoredFact:
        customer_id = fact.event.customer_id
        emitted = self.uow.emit(fact.event, key=customer_id, event_id=fact.id, lane=fact.lane, traceparent=traceparent)
        self.accepted.append((fact, emitted))
        stored = StoredFact(fact.id, fact.kind.name, customer_id, fact.fingerprint, fact.data)
        self.batch.add(source, stored)
        if fact.kind.apply:
            known = len(self.batch.updates)
            fact.kind.apply(self.batch, fact)
            for update in self.batch.updates[known:]:
                self.uow.emit(update, key=customer_id, causes=[emitted.cause])
        return stored
