"""Priorities: ranked without a limit, stored and announced within the limit of columns and events."""

import pytest

from campaigns.domain.priority import LARGEST, Action
from campaigns.domain.propensity import Belief, Cell
from lealtad.events.catalog.customer_profile import Channel

from .builders import an_offer


@pytest.mark.parametrize(("weight", "stored"), [(1e100, LARGEST), (1e-100, 0), (0.5, 25)])
def test_a_priority_beyond_all_measure_is_stored_as_the_largest(weight, stored):
    offer = an_offer()
    action = Action(
        offer=offer,
        channel=Channel.EMAIL,
        cell=Cell(offer.offer_id, Channel.EMAIL, "none"),
        belief=Belief(1, 1),
        propensity=0.5,
        context=weight,
        value=100.0,
        lever=1.0,
        situations=(),
    )

    assert action.stored_priority == stored
    assert action.priority == 0.5 * weight * 100.0
