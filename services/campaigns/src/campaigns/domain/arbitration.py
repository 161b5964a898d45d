"""The arbitration: the best action for a customer now, its reason, and the rule that excludes each other action."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.domain.circumstances import Circumstances
from campaigns.domain.customer import Customer
from campaigns.domain.mute import Mute
from campaigns.domain.offers import Offer
from campaigns.domain.permission import find_next_end
from campaigns.domain.policy import Exploration
from campaigns.domain.priority import Action, Scale
from campaigns.domain.propensity import Cell, Tally, winning_probability
from campaigns.domain.rules import CHANNEL_RULES, OFFER_RULES, Stage, keeps_hours
from campaigns.domain.violation import Violation
from lealtad.events.catalog.customer_profile import Channel

NOTHING_ON_OFFER = "nothing-on-offer"
BEST = "highest-priority"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An offer, the channels on which it is ruled out, and the violated rule."""

    offer: Offer
    channels: tuple[Channel, ...]
    stage: Stage
    rank: int
    """Position of the rule in the order of rules: how far the action came."""
    violation: Violation


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of the arbitration. `ranked` and `ruled_out` together hold all actions."""

    ranked: tuple[Action, ...]
    ruled_out: tuple[Exclusion, ...]
    reason: str
    mute: Mute | None
    probability: float | None
    """Probability of choosing this action under the exploration in force."""
    contact_at: datetime | None
    valid_until: datetime | None
    review_at: datetime | None
    """The moment at which time alone may change the outcome."""

    @property
    def chosen(self) -> Action | None:
        """The best action, or None if no action is the outcome."""
        return self.ranked[0] if self.ranked else None


def decide(
    customer: Customer,
    offers: Sequence[Offer],
    tallies: dict[Cell, Tally],
    at: Circumstances,
    *,
    seed: str,
    channels: Collection[Channel] | None = None,
) -> Outcome:
    """Return the best action for `customer` among `offers`, with all ranked and all excluded actions.

    The outcome depends on the arguments alone. Equal priorities are ordered by cheaper channel, then by smaller key.
    `channels` restricts the actions to the channels that the caller can serve.
    """
    ruled_out: list[Exclusion] = []
    ranked: list[Action] = []
    scale = Scale(customer, at, tallies, seed)
    for offer in offers:
        served = tuple(c for c in offer.terms.channels if channels is None or c in channels)
        open_channels = _screen_channels(offer, served, customer, at, ruled_out)
        ranked += [scale.weigh(offer, c) for c in open_channels]
    ranked.sort(key=lambda a: (-a.priority, at.policy.channel(a.channel).cost, a.offer.key, a.channel))
    return _build_outcome(customer, tuple(ranked), tuple(ruled_out), at)


def _screen_channels(
    offer: Offer,
    channels: tuple[Channel, ...],
    customer: Customer,
    at: Circumstances,
    ruled_out: list[Exclusion],
) -> list[Channel]:
    """Return the channels that violate no rule; append the others with their rule to `ruled_out`."""
    if not channels:
        return []
    for rank, (stage, offer_rule) in enumerate(OFFER_RULES):
        if violation := offer_rule(offer, customer, at):
            ruled_out.append(Exclusion(offer, channels, stage, rank, violation))
            return []
    open_channels = []
    for channel in channels:
        for rank, (stage, channel_rule) in enumerate(CHANNEL_RULES, len(OFFER_RULES)):
            if violation := channel_rule(offer, channel, customer, at):
                ruled_out.append(Exclusion(offer, (channel,), stage, rank, violation))
                break
        else:
            open_channels.append(channel)
    return open_channels


def _build_outcome(
    customer: Customer, ranked: tuple[Action, ...], ruled_out: tuple[Exclusion, ...], at: Circumstances
) -> Outcome:
    best = ranked[0] if ranked else None
    valid_until = _valid_until(best, customer, at) if best else None
    lifts = [e.violation.until for e in ruled_out if e.violation.until and e.violation.until > at.now]
    return Outcome(
        ranked=ranked,
        ruled_out=ruled_out,
        reason=BEST if best else _find_reason(ruled_out),
        mute=at.mute,
        probability=_probability(ranked, at) if best else None,
        contact_at=_contact_at(best, at) if best else None,
        valid_until=valid_until,
        review_at=min([*lifts, *([valid_until] if valid_until else [])], default=None),
    )


def _find_reason(ruled_out: Sequence[Exclusion]) -> str:
    """Return the violated rule of the action that came furthest."""
    if not ruled_out:
        return NOTHING_ON_OFFER
    return max(ruled_out, key=lambda e: (e.rank, e.violation.rule)).violation.rule


def _probability(ranked: Sequence[Action], at: Circumstances) -> float:
    if len(ranked) == 1 or at.policy.exploration is Exploration.OFF:
        return 1.0
    return winning_probability([a.belief for a in ranked], [a.weight for a in ranked], 0)


def _contact_at(best: Action, at: Circumstances) -> datetime:
    # An action whose contact hours apply and never open was ruled out before.
    if at.contact_from and keeps_hours(best.offer, best.channel, at.policy):
        return at.contact_from
    return at.now


def _valid_until(best: Action, customer: Customer, at: Circumstances) -> datetime:
    # An action that waits for contact hours must be valid after the wait.
    least = _contact_at(best, at) + timedelta(minutes=at.policy.asked_validity_minutes)
    ends = [
        find_next_end(best.offer, best.channel, customer, at.now),
        best.offer.terms.audience.find_end(customer, at.now),
    ]
    return min([max(at.holds_until, least), *(end for end in ends if end and end > at.now)])
