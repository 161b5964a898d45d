"""The priority of an action: propensity x context x value x lever."""

from dataclasses import dataclass
from decimal import Decimal
from math import prod

from campaigns.domain.circumstances import Circumstances
from campaigns.domain.customer import Customer
from campaigns.domain.offers import Offer
from campaigns.domain.policy import Exploration
from campaigns.domain.propensity import Belief, Cell, Tally, belief_of, cell_of
from campaigns.domain.rules import compute_net_value
from lealtad.events.catalog.customer_profile import Channel

NO_TALLY = Tally()
PLACES = Decimal("0.0001")
LARGEST = Decimal("99999999999999.9999")
"""The largest priority that is stored and announced. Actions are ranked by their unlimited priority."""


@dataclass(frozen=True, slots=True)
class Action:
    """An offer on a channel that violates no rule, with the factors of its priority."""

    offer: Offer
    channel: Channel
    cell: Cell
    belief: Belief
    propensity: float
    """P: probability of acceptance, drawn or mean."""
    context: float
    """C: product of the weights of the customer's situations."""
    value: float
    """V: net value of an acceptance, in the reporting currency."""
    lever: float
    """L: the manager's own factor."""
    situations: tuple[str, ...]
    """Names of the situations in `context`."""

    @property
    def weight(self) -> float:
        """C x V x L: the factor of the propensity."""
        return self.context * self.value * self.lever

    @property
    def priority(self) -> float:
        """P x C x V x L."""
        return self.propensity * self.weight

    @property
    def stored_priority(self) -> Decimal:
        """The priority as it is stored and announced: with four decimals, at most `LARGEST`."""
        return min(Decimal(self.priority), LARGEST).quantize(PLACES)


class Scale:
    """The scale that weighs the actions of one customer in one decision."""

    def __init__(self, customer: Customer, at: Circumstances, tallies: dict[Cell, Tally], seed: str) -> None:
        self.customer = customer
        self.at = at
        self.tallies = tallies
        self.seed = seed
        self.situations = [s for s in at.policy.situations if s.audience.find_mismatch(customer, at.now) is None]

    def weigh(self, offer: Offer, channel: Channel) -> Action:
        """Return the action with its priority. The seed determines the draw of its propensity."""
        policy = self.at.policy
        cell = cell_of(self.customer, offer, channel)
        belief = belief_of(offer, channel, self._tally(cell), policy)
        explores = policy.exploration is Exploration.THOMPSON
        weights = self._context(offer, channel)
        return Action(
            offer=offer,
            channel=channel,
            cell=cell,
            belief=belief,
            propensity=belief.draw(f"{self.seed}/{offer.key}/{channel}") if explores else belief.mean,
            context=prod(weights.values()),
            value=compute_net_value(offer, channel, self.customer, policy),
            lever=float(offer.terms.lever),
            situations=tuple(weights),
        )

    def _tally(self, cell: Cell) -> Tally:
        """Return the responses of a cell; none for a customer who refuses profiling, so that the prior alone counts."""
        return self.tallies.get(cell, NO_TALLY) if self.customer.profiling_allowed else NO_TALLY

    def _context(self, offer: Offer, channel: Channel) -> dict[str, float]:
        kind = offer.terms.kind
        weights = {s.name: float(s.weights[kind]) for s in self.situations if kind in s.weights}
        if channel in self.customer.preferred_channels:
            weights["preferred-channel"] = float(self.at.policy.preferred_channel_weight)
        return weights
