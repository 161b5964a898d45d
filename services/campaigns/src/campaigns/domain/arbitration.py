"""The decision: which action is the best for a customer now, why, and which rule excluded every other."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.domain.customer import Customer
from campaigns.domain.mute import Mute
from campaigns.domain.offers import Offer
from campaigns.domain.permission import find_next_end
from campaigns.domain.policy import Exploration
from campaigns.domain.priority import Action, Scale
from campaigns.domain.propensity import Cell, Tally, winning_probability
from campaigns.domain.rules import CHANNEL_RULES, OFFER_RULES, Circumstances, Stage, keeps_hours
from campaigns.domain.violation import Violation
from lealtad.events.catalog.customer_profile import Channel

NOTHING_ON_OFFER = "nothing-on-offer"
BEST = "highest-priority"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An offer on channels on which it is ruled out, and the rule."""

    offer: Offer
    channels: tuple[Channel, ...]
    stage: Stage
    rank: int
    """How far the action came: position of the rule in the order of rules."""
    violation: Violation


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of the arbitration; `ranked` and `ruled_out` together are all actions."""

    ranked: tuple[Action, ...]
    ruled_out: tuple[Exclusion, ...]
    reason: str
    mute: Mute | None
    probability: float | None
    """Of the chosen action under the exploration that was in force."""
    contact_at: datetime | None
    valid_until: datetime | None
    review_at: datetime | None
    """When time alone can change the answer."""

    @property
    def chosen(self) -> Action | None:
        """The best action, or None: no action is the answer."""
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
    """Return the best action for `customer` among `offers`, with everything that speaks for and against.

    Deterministic: depends on its arguments alone, equal priorities go to the cheaper channel, then to the smaller key.
    `channels` restricts the answer to those an asking channel can serve.
    """
    ruled_out: list[Exclusion] = []
    ranked: list[Action] = []
    scale = Scale(customer, at, tallies, seed)
    for offer in offers:
        served = tuple(c for c in offer.terms.channels if channels is None or c in channels)
        open_channels = _screen(offer, served, customer, at, ruled_out)
        ranked += [scale.weigh(offer, c) for c in open_channels]
    ranked.sort(key=lambda a: (-a.priority, at.policy.channel(a.channel).cost, a.offer.key, a.channel))
    return _answer(customer, tuple(ranked), tuple(ruled_out), at)


def _screen(
    offer: Offer,
    channels: tuple[Channel, ...],
    customer: Customer,
    at: Circumstances,
    ruled_out: list[Exclusion],
) -> list[Channel]:
    """Return the channels that no rule closes; put the others with their rule into `ruled_out`."""
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


def _answer(
    customer: Customer, ranked: tuple[Action, ...], ruled_out: tuple[Exclusion, ...], at: Circumstances
) -> Outcome:
    best = ranked[0] if ranked else None
    valid_until = _valid_until(best, customer, at) if best else None
    lifts = [e.violation.until for e in ruled_out if e.violation.until and e.violation.until > at.now]
    return Outcome(
        ranked=ranked,
        ruled_out=ruled_out,
        reason=BEST if best else _why_none(ruled_out),
        mute=at.mute,
        probability=_probability(ranked, at) if best else None,
        contact_at=_contact_at(best, at) if best else None,
        valid_until=valid_until,
        review_at=min([*lifts, *([valid_until] if valid_until else [])], default=None),
    )


def _why_none(ruled_out: Sequence[Exclusion]) -> str:
    """Return the rule that stopped the action that came furthest."""
    if not ruled_out:
        return NOTHING_ON_OFFER
    return max(ruled_out, key=lambda e: (e.rank, e.violation.rule)).violation.rule


def _probability(ranked: Sequence[Action], at: Circumstances) -> float:
    if len(ranked) == 1 or at.policy.exploration is Exploration.OFF:
        return 1.0
    return winning_probability([a.belief for a in ranked], [a.weight for a in ranked], 0)


def _contact_at(best: Action, at: Circumstances) -> datetime:
    # Where contact hours apply and never come, the action was ruled out.
    if at.contact_from and keeps_hours(best.offer, best.channel, at.policy):
        return at.contact_from
    return at.now


def _valid_until(best: Action, customer: Customer, at: Circumstances) -> datetime:
    # What waits for contact hours must outlast the wait.
    least = _contact_at(best, at) + timedelta(minutes=at.policy.asked_validity_minutes)
    ends = [
        find_next_end(best.offer, best.channel, customer, at.now),
        best.offer.terms.audience.ends(customer, at.now),
    ]
    return min([max(at.holds_until, least), *(end for end in ends if end and end > at.now)])
