"""The offers, policy and tallies in force, as one value."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from campaigns.domain import freshness
from campaigns.domain.circumstances import Circumstances
from campaigns.domain.customer import Customer
from campaigns.domain.mute import mute_of
from campaigns.domain.offers import Offer
from campaigns.domain.policy import ContactPolicy
from campaigns.domain.propensity import Cell, Tally
from campaigns.domain.quiet_hours import InitiatedBy, earliest_contact
from campaigns.domain.violation import Violation


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The inputs that are the same for all customers of one transaction."""

    revision: int
    """Revision of policy and offers together."""
    hold_out_salt: str
    policy_version: int
    policy: ContactPolicy
    offers: list[Offer]
    tallies: dict[Cell, Tally]
    input_ages: dict[str, float]
    currency: str
    """The reporting currency of amounts."""

    @property
    def stale(self) -> Violation | None:
        """The violation of promotions by an input that is too old, or None."""
        return freshness.find_staleness(self.input_ages, self.policy.input_age_limit_s)

    def circumstances(
        self,
        customer: Customer,
        now: datetime,
        holds_until: datetime,
        initiated_by: InitiatedBy = InitiatedBy.COMPANY,
        contact_at: datetime | None = None,
    ) -> Circumstances:
        """Return the circumstances of a decision about `customer` at `now` for a contact at `contact_at` or now.

        A customer who initiated the contact is there now. For a later moment contact hours apply.
        """
        moment = contact_at or now
        later = moment > now + self.policy.clock_tolerance
        initiated = InitiatedBy.COMPANY if later else initiated_by
        contact_from = earliest_contact(customer, self.policy, moment, initiated)
        mute = mute_of(customer, self.policy, now)
        return Circumstances(now, self.policy, holds_until, moment, contact_from, mute, self.stale)

    def offer(self, offer_id: UUID) -> Offer | None:
        """Return the offer in force with this id."""
        return next((offer for offer in self.offers if offer.offer_id == offer_id), None)
