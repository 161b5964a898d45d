"""Decide on a fact that names a fact which is not recorded yet: it is kept, and waits."""

from http import HTTPStatus
from typing import Any

from pydantic_core import to_jsonable_python

from customer_profile.domain.fingerprint import fingerprint
from customer_profile.facts.commands.check_fact import other_fact, require_possible, source_of
from customer_profile.facts.commands.identify_customer import identify_named, refs_of
from customer_profile.facts.kinds.descriptor import FactKind
from customer_profile.facts.kinds.fact_batch import FactBatch, PendingFact, StoredFact
from customer_profile.facts.kinds.fact_ref import Source
from customer_profile.facts.schemas import FactRequest
from lealtad.http import Problem
from lealtad.ids import new_id


def decide_waiting(
    fact: FactRequest, kind: FactKind[Any], batch: FactBatch, missing: Source
) -> StoredFact | PendingFact:
    """Return the fact to be kept until `missing` is recorded, or the same fact as it was kept before.

    Raise the problem that keeps the fact out.
    """
    if kind.waiting is None:
        raise TypeError(f"a {kind.name} waits for nothing")
    stored = batch.facts.get(source_of(fact))
    if stored:
        require_same_waiting(stored, fact, kind)
        return stored
    require_possible(fact, batch)
    customer_id = identify_named(fact, batch)
    if len(batch.pending_for(missing)) >= batch.policy.pending_facts_limit:
        raise _too_many()
    shared = {
        "customer_id": str(customer_id) if customer_id else None,
        "source": {"system": fact.source.system, "fact_id": fact.source.fact_id},
        "occurred_at": fact.occurred_at,
        "recorded_at": batch.recorded_at,
        "channel": fact.channel,
        "named_as": None,
    }
    document = kind.waiting.document(fact, batch)
    return PendingFact(
        id=new_id(),
        kind=kind.name,
        source=source_of(fact),
        waits_for=missing,
        occurred_at=fact.occurred_at,
        recorded_at=batch.recorded_at,
        lane=batch.lane,
        fingerprint=_fingerprint(fact, kind),
        # Members that were left out stay so: a null may mean more.
        request=fact.model_dump(mode="json", exclude_unset=True),
        data=to_jsonable_python({**shared, **document}),
    )


def require_same_waiting(stored: StoredFact, fact: FactRequest, kind: FactKind[Any]) -> None:
    """Raise 409 unless `stored` is the same fact, and waits."""
    if not (stored.pending and stored.kind == kind.name and stored.fingerprint == _fingerprint(fact, kind)):
        raise other_fact(stored, kind)


def _fingerprint(fact: FactRequest, kind: FactKind[Any]) -> bytes:
    # Neither the customer nor the target is known: the references themselves count.
    field = kind.target.field if kind.target else "customer"
    customers = sorted(map(str, refs_of(fact)))
    return fingerprint({**fact.content(), "source": None, field: str(getattr(fact, field)), "customer": customers})


def _too_many() -> Problem:
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too-many-wait",
        "Too many facts wait for the same fact",
        "Send the fact that they name first, such as the start of the contract. Then send this one again.",
    )
