"""Learned propensities: a Beta-Bernoulli belief per cell of offer, channel and churn band."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from campaigns.domain.customer import Customer
from campaigns.domain.offers import Offer
from campaigns.domain.policy import ContactPolicy
from lealtad.events.catalog.customer_profile import Channel

Floats = NDArray[np.float64]

NO_BAND = "none"
MAX_MEAN = 0.95
CELLS = 512
"""Number of grid cells of a distribution. Cells near 0 and 1 are smaller, because a density may be steep there."""
EDGES = np.sin(np.arange(CELLS + 1) / CELLS * np.pi / 2) ** 2
MIDDLES = np.sin((np.arange(CELLS) + 0.5) / CELLS * np.pi / 2) ** 2


class Cell(NamedTuple):
    """The context in which responses to an offer are counted together."""

    offer_id: UUID
    channel: Channel
    band: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Final responses of a cell."""

    accepted: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Belief:
    """A Beta distribution of the probability that the offer is accepted."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        """The expected probability of acceptance."""
        return self.alpha / (self.alpha + self.beta)

    def draw(self, seed: str) -> float:
        """Return the draw of `seed`. The same seed and belief give the same draw."""
        digest = blake2b(seed.encode(), digest_size=8).digest()
        return float(np.interp(int.from_bytes(digest) / 2**64, _distribution(self).below_edge, EDGES))


def cell_of(customer: Customer, offer: Offer, channel: Channel) -> Cell:
    """Return the cell in which responses of this customer to this offer on this channel are counted."""
    return Cell(offer.offer_id, channel, customer.churn_band or NO_BAND)


def belief_of(offer: Offer, channel: Channel, tally: Tally, policy: ContactPolicy) -> Belief:
    """Compute the posterior: the prior of the offer's kind, scaled by the channel's reach, and the responses so far."""
    prior = policy.priors.get(offer.terms.kind, policy.default_prior)
    mean = min(float(prior.mean * policy.channel(channel).reach), MAX_MEAN)
    weight = float(prior.responses)
    return Belief(mean * weight + tally.accepted, (1 - mean) * weight + tally.rejected)


def winning_probability(beliefs: Sequence[Belief], weights: Sequence[float], chosen: int) -> float:
    """Compute the probability that Thompson sampling picks `chosen`: that its draw times its weight is the largest.

    Integrate the density of the chosen action times the distribution functions of all others over a grid. Off-policy
    evaluation needs this action probability (Agarwal et al. 2014). Weights are positive.
    """
    distributions = [_distribution(belief) for belief in beliefs]
    winning = distributions[chosen].mass.copy()
    for index, other in enumerate(distributions):
        if index != chosen:
            winning *= np.interp(
                MIDDLES * (weights[chosen] / weights[index]), MIDDLES, other.below, left=0.0, right=1.0
            )
    return float(min(max(winning.sum(), 0.0), 1.0))


class _Distribution(NamedTuple):
    """A belief on the grid: the probability in each cell, below its middle, and below each edge."""

    mass: Floats
    below: Floats
    below_edge: Floats


@lru_cache(maxsize=2048)
def _distribution(belief: Belief) -> _Distribution:
    # Customers in the same cell share a belief until its next response.
    # On the arcsine grid a step is proportional to sqrt(x(1-x)): hence a half instead of 1 in the exponents.
    logs = (belief.alpha - 0.5) * np.log(MIDDLES) + (belief.beta - 0.5) * np.log1p(-MIDDLES)
    mass = np.exp(logs - logs.max())
    mass /= mass.sum()
    total = np.cumsum(mass)
    return _Distribution(mass, total - mass / 2, np.concatenate(([0.0], total)))
