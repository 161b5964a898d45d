"""The inputs of a check for a past contact."""

from dataclasses import dataclass

from campaigns.domain.customer import Customer
from campaigns.domain.offers import Offer
from campaigns.domain.policy import ContactPolicy


@dataclass(frozen=True, slots=True)
class PastInputs:
    """Offer (None: withdrawn), customer and policy at one past moment."""

    offer: Offer | None
    customer: Customer
    policy: ContactPolicy
