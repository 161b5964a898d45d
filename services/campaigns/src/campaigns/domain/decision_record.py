"""The record of a decision: everything about it that cannot be reconstructed later."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Any
from uuid import UUID

from campaigns.domain.arbitration import Decision, Exclusion
from campaigns.domain.customer import Customer, Score
from campaigns.domain.offers import Offer
from campaigns.domain.priority import Action
from campaigns.domain.quiet_hours import InitiatedBy
from campaigns.domain.rules_in_force import RulesInForce
from lealtad.events.cause import Cause, lane_of
from lealtad.events.model import Causes
from lealtad.money import Money, minor_units


class Origin(StrEnum):
    """Why there is a decision."""

    STANDING = "standing"
    """It followed from events or from time, and stands until the next."""
    ASKED = "asked"
    """A channel asked, for a contact in hand."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision about a customer, with its identity and what led to it."""

    decision_id: UUID
    origin: Origin
    decided_at: datetime
    customer: Customer
    decision: Decision
    seed: UUID
    causes: Sequence[Cause]
    initiated_by: InitiatedBy = InitiatedBy.COMPANY

    @property
    def priority(self) -> Decimal | None:
        """The priority of the chosen action, as it is told."""
        best = self.decision.chosen
        return best.told_priority if best else None


def record_of(verdict: Verdict, rules: RulesInForce) -> dict[str, Any]:
    """Return the row that is stored."""
    decision, customer, best = verdict.decision, verdict.customer, verdict.decision.chosen
    causes = Causes.of(verdict.causes)
    return {
        "decision_id": verdict.decision_id,
        "customer_id": customer.customer_id,
        "origin": verdict.origin,
        "initiated_by": verdict.initiated_by,
        "lane": lane_of(verdict.causes),
        "decided_at": verdict.decided_at,
        **(_chosen(best) if best else {}),
        "reason": decision.reason,
        "mute": decision.mute.reason if decision.mute else None,
        "priority": verdict.priority,
        "probability": decision.probability,
        "contact_at": decision.contact_at,
        "valid_until": decision.valid_until,
        "policy_version": rules.policy_version,
        "held_out": customer.held_out,
        "seed": verdict.seed,
        "inputs": _inputs(customer, rules),
        "ranked": [_ranked(action, rules.currency) for action in decision.ranked],
        "ruled_out": [_ruled_out(exclusion) for exclusion in decision.ruled_out],
        "causes": causes.ids,
        "cause_count": causes.count,
    }


def _chosen(best: Action) -> dict[str, Any]:
    terms = best.offer.terms
    return {
        "offer_id": best.offer.offer_id,
        "offer_key": best.offer.key,
        "offer_version": best.offer.version,
        "offer_kind": terms.kind,
        "contact_class": terms.contact_class,
        "channel": best.channel,
        "band": best.cell.band,
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {"offer_id": offer.offer_id, "key": offer.key, "version": offer.version, "kind": offer.terms.kind}


def _ranked(action: Action, currency: str) -> dict[str, Any]:
    return {
        "offer": _offer(action.offer),
        "channel": action.channel,
        "priority": round(action.priority, 4),
        "propensity": round(action.propensity, 6),
        "belief": {"alpha": round(action.belief.alpha, 4), "beta": round(action.belief.beta, 4)},
        "context": round(action.context, 4),
        "value": round(action.value, minor_units(currency)),
        "lever": action.lever,
        "situations": action.situations,
    }


def _ruled_out(exclusion: Exclusion) -> dict[str, Any]:
    finding = exclusion.finding
    return {
        "offer": _offer(exclusion.offer),
        "channels": exclusion.channels,
        "stage": exclusion.stage,
        "rule": finding.rule,
        "detail": finding.detail,
        "until": finding.until,
    }


def _score(score: Score, currency: str) -> Score:
    """Return a score with the amount in minor units: columns hold four decimals."""
    if score.value_at_risk is None:
        return score
    return replace(score, value_at_risk=Money.stored(score.value_at_risk, currency).amount)


def _inputs(customer: Customer, rules: RulesInForce) -> dict[str, Any]:
    return {
        "score": customer.score and _score(customer.score, rules.currency),
        "segments": customer.memberships,
        "known": customer.known,
        "active": customer.active,
        "do_not_contact": customer.do_not_contact,
        "consents": customer.consents,
        "cases": customer.cases,
        "profiling_allowed": customer.profiling_allowed,
        "open_complaints": sum(case.mutes and case.open for case in customer.cases),
        "first_seen_at": customer.first_seen_at,
        "has_contract": customer.has_contract,
        "counted_contacts": len(customer.contacts),
        # None: never read to its end.
        "input_age_s": {name: round(age, 1) if isfinite(age) else None for name, age in rules.input_ages.items()},
    }
