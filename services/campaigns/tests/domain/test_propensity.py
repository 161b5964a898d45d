import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.propensity import Belief, Tally, belief_of, winning_probability
from lealtad.events.catalog.campaigns import OfferKind
from lealtad.events.catalog.customer_profile import Channel

from .builders import a_policy, an_offer

beliefs = st.builds(Belief, st.floats(0.5, 200), st.floats(0.5, 200))


def test_before_any_response_the_prior_of_the_kind_and_the_reach_of_the_channel_speak():
    policy = a_policy(
        priors={OfferKind.CROSS_SELL: {"mean": "0.1", "responses": 20}}, channels={Channel.CALL_CENTRE: {"reach": "2"}}
    )
    assert belief_of(an_offer(), Channel.EMAIL, Tally(), policy).mean == pytest.approx(0.1)
    assert belief_of(an_offer(), Channel.CALL_CENTRE, Tally(), policy).mean == pytest.approx(0.2)


def test_responses_outweigh_the_prior_in_time():
    policy = a_policy(default_prior={"mean": "0.1", "responses": 20})
    few = belief_of(an_offer(), Channel.EMAIL, Tally(accepted=1, rejected=1), policy)
    many = belief_of(an_offer(), Channel.EMAIL, Tally(accepted=500, rejected=500), policy)
    assert 0.1 < few.mean < 0.2
    assert many.mean == pytest.approx(0.5, abs=0.01)


@given(belief=beliefs, seed=st.text(max_size=20))
def test_the_same_seed_gives_the_same_draw(belief, seed):
    assert belief.draw(seed) == belief.draw(seed)
    assert 0 <= belief.draw(seed) <= 1


@given(st.lists(st.tuples(beliefs, st.floats(0.1, 100)), min_size=2, max_size=6))
def test_the_probabilities_of_all_actions_sum_to_one(actions):
    competing, weights = [b for b, _ in actions], [w for _, w in actions]
    total = sum(winning_probability(competing, weights, index) for index in range(len(actions)))
    assert math.isclose(total, 1, abs_tol=0.03)


def test_the_probability_is_the_share_of_draws_that_win():
    competing = [Belief(2, 30), Belief(4, 20), Belief(1, 9)]
    weights = [30.0, 10.0, 14.0]
    rng = np.random.default_rng(20110302)
    draws = np.column_stack([rng.beta(b.alpha, b.beta, 40_000) * w for b, w in zip(competing, weights, strict=True)])
    for index in range(3):
        share = (draws.argmax(axis=1) == index).mean()
        assert winning_probability(competing, weights, index) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("belief", [Belief(0.8, 12), Belief(4, 20), Belief(150, 60)])
def test_draws_are_distributed_as_the_belief_says(belief):
    draws = np.array([belief.draw(f"customer-{number}") for number in range(20_000)])
    true = np.random.default_rng(20110302).beta(belief.alpha, belief.beta, 20_000)
    shares = [0.05, 0.25, 0.5, 0.75, 0.95]
    assert np.quantile(draws, shares) == pytest.approx(np.quantile(true, shares), abs=0.01)
