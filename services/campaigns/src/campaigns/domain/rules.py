"""The rules that exclude actions, in the order of their check. An excluded action names the first rule it violates.

The rules answer four questions, after Pega's engagement policies. Applicability: does the offer apply to this customer?
Eligibility: may the company make the offer to this customer? Suitability: is the offer good for the customer now?
Contact policy: is this the time for a contact?
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import StrEnum

from campaigns.domain.circumstances import Circumstances
from campaigns.domain.consent import find_consent_violation
from campaigns.domain.customer import ContactStatus, Customer, PastResponse, Response, Slot
from campaigns.domain.ledger import counts_against_caps, find_full_cap
from campaigns.domain.offers import ContactClass, Offer
from campaigns.domain.policy import ContactPolicy
from campaigns.domain.violation import Violation
from lealtad.events.catalog.customer_profile import Channel


class Stage(StrEnum):
    """The question that a rule belongs to."""

    APPLICABILITY = "applicability"
    ELIGIBILITY = "eligibility"
    SUITABILITY = "suitability"
    CONTACT_POLICY = "contact-policy"


OfferRule = Callable[[Offer, Customer, Circumstances], Violation | None]
ChannelRule = Callable[[Offer, Channel, Customer, Circumstances], Violation | None]


def is_promotional(offer: Offer) -> bool:
    """Return whether the offer sells."""
    return offer.terms.contact_class is ContactClass.PROMOTIONAL


def keeps_hours(offer: Offer, channel: Channel, policy: ContactPolicy) -> bool:
    """Return whether contact hours apply: not to mandatory contacts, and not where the customer comes to us."""
    return offer.terms.contact_class is not ContactClass.MANDATORY and policy.channel(channel).quiet_hours


def compute_net_value(offer: Offer, channel: Channel, customer: Customer, policy: ContactPolicy) -> float:
    """Compute the net value of an acceptance: value and saved value at risk, less the costs of offer and contact."""
    terms = offer.terms
    at_risk = customer.score.value_at_risk if customer.score else None
    saved = terms.value_at_risk_share * at_risk if at_risk else 0
    return float(terms.value + saved - terms.cost - policy.channel(channel).cost)


def _check_validity(offer: Offer, _: Customer, at: Circumstances) -> Violation | None:
    terms = offer.terms
    if terms.valid_from and at.now < terms.valid_from:
        return Violation("offer-not-yet-valid", f"valid from {terms.valid_from:%Y-%m-%d}", terms.valid_from)
    if terms.valid_until and at.now >= terms.valid_until:
        return Violation("offer-expired", f"was valid until {terms.valid_until:%Y-%m-%d}")
    return None


def _check_total_limit(offer: Offer, _: Customer, __: Circumstances) -> Violation | None:
    total = offer.terms.limits.total
    if total is not None and offer.accepted >= total:
        return Violation("offer-exhausted", f"all {total} have been taken")
    return None


def check_audience(offer: Offer, customer: Customer, at: Circumstances) -> Violation | None:
    """Return the violation if the customer is outside the offer's audience, or None."""
    return offer.terms.audience.find_mismatch(customer, at.now)


def _check_customer_state(offer: Offer, customer: Customer, _: Circumstances) -> Violation | None:
    if not customer.known:
        return Violation("customer-unknown", "the customer's state and consents have not arrived yet")
    if not customer.active:
        return Violation("customer-inactive", "the customer was merged or erased")
    if customer.do_not_contact and offer.terms.contact_class is not ContactClass.MANDATORY:
        return Violation("do-not-contact", "the customer wants no contact")
    return None


def _check_stop(offer: Offer, _: Customer, at: Circumstances) -> Violation | None:
    if is_promotional(offer) and at.policy.promotions_stopped:
        return Violation("promotions-stopped", "all promotions are stopped by the contact policy")
    return None


def _check_hold_out(offer: Offer, customer: Customer, _: Circumstances) -> Violation | None:
    if is_promotional(offer) and customer.held_out:
        return Violation("hold-out", "the customer belongs to the universal hold-out")
    return None


def _check_mute(offer: Offer, _: Customer, at: Circumstances) -> Violation | None:
    if not is_promotional(offer) or at.mute is None:
        return None
    return Violation(at.mute.reason, "promotions rest because of a complaint", at.mute.until)


def _check_freshness(offer: Offer, _: Customer, at: Circumstances) -> Violation | None:
    return at.stale if is_promotional(offer) else None


def _check_acceptances(offer: Offer, customer: Customer, at: Circumstances) -> Violation | None:
    period = timedelta(days=offer.terms.limits.period_days)
    ends = [
        answer.at + period
        for answer in customer.responses
        if answer.offer_id == offer.offer_id and answer.response is Response.ACCEPTED
    ]
    until = max(ends, default=at.now)
    return Violation("already-accepted", "the customer took this offer", until) if until > at.now else None


def _check_presentations(offer: Offer, customer: Customer, at: Circumstances) -> Violation | None:
    limits = offer.terms.limits
    period = timedelta(days=limits.period_days)
    ends = sorted(
        answer.at + period
        for answer in customer.responses
        if answer.offer_id == offer.offer_id and answer.response is Response.PRESENTED and answer.at + period > at.now
    )
    if len(ends) < limits.per_customer:
        return None
    return Violation("already-presented", f"presented {len(ends)} times lately", ends[-limits.per_customer])


def _check_refusals(offer: Offer, customer: Customer, at: Circumstances) -> Violation | None:
    """Return the longest rest after a refusal: of all promotions, of the offer's kind, or of the offer."""
    rests = [_find_rest(answer, offer, at) for answer in customer.responses if answer.response is Response.REJECTED]
    return max((rest for rest in rests if rest), key=lambda rest: rest.until or at.now, default=None)


def _find_rest(answer: PastResponse, offer: Offer, at: Circumstances) -> Violation | None:
    policy = at.policy
    rests = [
        (answer.offer_id == offer.offer_id, policy.offer_refusal_days, "offer-refused", "this offer"),
        (answer.kind is offer.terms.kind, policy.kind_refusal_days, "kind-refused", "an offer of this kind"),
        (
            answer.promotional and is_promotional(offer),
            policy.refusal_days,
            "refused-lately",
            "a promotion, which ends the pitch",
        ),
    ]
    violations = [
        Violation(rule, f"the customer refused {what}", answer.at + timedelta(days=days))
        for concerned, days, rule, what in rests
        if concerned and answer.at + timedelta(days=days) > at.now
    ]
    return max(violations, key=lambda rest: rest.until or at.now, default=None)


def _check_consent(offer: Offer, channel: Channel, customer: Customer, at: Circumstances) -> Violation | None:
    terms = offer.terms
    return find_consent_violation(customer, terms.purpose, channel, terms.contact_class, at.now)


def _check_common_hours(offer: Offer, channel: Channel, _: Customer, at: Circumstances) -> Violation | None:
    if at.contact_from is not None or not keeps_hours(offer, channel, at.policy):
        return None
    return Violation("no-common-hours", "the policy's contact hours and those the customer asked for never meet")


def check_hours(offer: Offer, channel: Channel, at: Circumstances) -> Violation | None:
    """Return the violation, with the next allowed moment, for a contact outside contact hours, or None."""
    opening = at.contact_from
    if opening is None or opening <= at.contact_at or not keeps_hours(offer, channel, at.policy):
        return None
    return Violation("outside-contact-hours", f"contact hours begin at {opening:%Y-%m-%dT%H:%M:%SZ}", opening)


def _check_net_value(offer: Offer, channel: Channel, customer: Customer, at: Circumstances) -> Violation | None:
    if compute_net_value(offer, channel, customer, at.policy) > 0:
        return None
    return Violation("costs-more-than-it-brings", "value less costs of offer and contact is not positive")


def check_free_slot(offer: Offer, channel: Channel, customer: Customer, at: Circumstances) -> Violation | None:
    """Return the cap without a free slot for the action, or None. A slot reserved for the action does not count."""
    return check_caps(offer, channel, [c for c in customer.contacts if not _is_own(c, offer, channel)], at)


def check_caps(offer: Offer, channel: Channel, contacts: Iterable[Slot], at: Circumstances) -> Violation | None:
    """Return the cap that has no slot left for the action beside `contacts`, or None."""
    if not counts_against_caps(offer.terms.contact_class, channel, at.policy):
        return None
    return find_full_cap(contacts, at.policy.caps, at.now)


def _is_own(contact: Slot, offer: Offer, channel: Channel) -> bool:
    reserved = contact.status is ContactStatus.RESERVED
    return reserved and contact.offer_id == offer.offer_id and contact.channel is channel


OFFER_RULES: tuple[tuple[Stage, OfferRule], ...] = (
    (Stage.APPLICABILITY, _check_validity),
    (Stage.APPLICABILITY, _check_total_limit),
    (Stage.APPLICABILITY, check_audience),
    (Stage.ELIGIBILITY, _check_customer_state),
    (Stage.ELIGIBILITY, _check_stop),
    (Stage.ELIGIBILITY, _check_hold_out),
    (Stage.CONTACT_POLICY, _check_mute),
    (Stage.CONTACT_POLICY, _check_freshness),
    (Stage.SUITABILITY, _check_acceptances),
    (Stage.SUITABILITY, _check_presentations),
    (Stage.SUITABILITY, _check_refusals),
)
CHANNEL_RULES: tuple[tuple[Stage, ChannelRule], ...] = (
    (Stage.ELIGIBILITY, _check_consent),
    (Stage.SUITABILITY, _check_net_value),
    (Stage.CONTACT_POLICY, _check_common_hours),
    (Stage.CONTACT_POLICY, check_free_slot),
)
