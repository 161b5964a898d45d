"""The record of a decision: all values that cannot be reconstructed later."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Any
from uuid import UUID

from campaigns.domain.arbitration import Exclusion, Outcome
from campaigns.domain.audience import CaseNeed
from campaigns.domain.customer import Customer, Score
from campaigns.domain.offers import Offer
from campaigns.domain.priority import Action
from campaigns.domain.quiet_hours import InitiatedBy
from campaigns.domain.rules_in_force import RulesInForce
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.events.cause import Cause, lane_of
from lealtad.events.model import Causes
from lealtad.money import Money, minor_units


class Origin(StrEnum):
    """The reason for a decision."""

    STANDING = "standing"
    """An event or time led to the decision. It is current until the next one."""
    ASKED = "asked"
    """A channel asked for the decision."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision about a customer, with its id and its causes."""

    decision_id: UUID
    origin: Origin
    decided_at: datetime
    customer: Customer
    outcome: Outcome
    seed: UUID
    causes: Sequence[Cause]
    initiated_by: InitiatedBy = InitiatedBy.COMPANY

    @property
    def case_id(self) -> UUID | None:
        """The case that the chosen action makes up for, or None."""
        chosen = self.outcome.chosen
        if chosen is None or chosen.offer.terms.kind is not OfferKind.SERVICE_RECOVERY:
            return None
        follows = chosen.offer.terms.audience.case is CaseNeed.RECENTLY_RESOLVED
        return self.customer.case_to_recover(resolved=follows)

    @property
    def priority(self) -> Decimal | None:
        """The priority of the chosen action, as it is stored and announced."""
        chosen = self.outcome.chosen
        return chosen.stored_priority if chosen else None


def build_record(decision: Decision, rules: RulesInForce) -> dict[str, Any]:
    """Return the row of a decision."""
    outcome, customer = decision.outcome, decision.customer
    causes = Causes.of(decision.causes)
    return {
        "decision_id": decision.decision_id,
        "customer_id": customer.customer_id,
        "origin": decision.origin,
        "initiated_by": decision.initiated_by,
        "lane": lane_of(decision.causes),
        "decided_at": decision.decided_at,
        **(_chosen(outcome.chosen) if outcome.chosen else {}),
        "case_id": decision.case_id,
        "reason": outcome.reason,
        "mute": outcome.mute.reason if outcome.mute else None,
        "priority": decision.priority,
        "probability": outcome.probability,
        "contact_at": outcome.contact_at,
        "valid_until": outcome.valid_until,
        "policy_version": rules.policy_version,
        "held_out": customer.held_out,
        "seed": decision.seed,
        "inputs": _inputs(customer, rules),
        "ranked": [_ranked(action, rules.currency) for action in outcome.ranked],
        "ruled_out": [_ruled_out(exclusion) for exclusion in outcome.ruled_out],
        "causes": causes.ids,
        "cause_count": causes.count,
    }


def _chosen(action: Action) -> dict[str, Any]:
    terms = action.offer.terms
    return {
        "offer_id": action.offer.offer_id,
        "offer_key": action.offer.key,
        "offer_version": action.offer.version,
        "offer_kind": terms.kind,
        "contact_class": terms.contact_class,
        "channel": action.channel,
        "band": action.cell.band,
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
    violation = exclusion.violation
    return {
        "offer": _offer(exclusion.offer),
        "channels": exclusion.channels,
        "stage": exclusion.stage,
        "rule": violation.rule,
        "detail": violation.detail,
        "until": violation.until,
    }


def _score(score: Score, currency: str) -> Score:
    """Return a score whose amount has the decimals of the currency; columns hold four decimals."""
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
        # None: the topic was never read to its end.
        "input_age_s": {name: round(age, 1) if isfinite(age) else None for name, age in rules.input_ages.items()},
    }
