import pytest

from campaigns.domain.customer import Response
from campaigns.domain.responses import possible_next

PRESENTED, ACCEPTED, REJECTED = Response.PRESENTED, Response.ACCEPTED, Response.REJECTED


@pytest.mark.parametrize(
    ("given", "then"),
    [
        (set(), {PRESENTED}),
        ({PRESENTED}, {ACCEPTED, REJECTED}),
        ({PRESENTED, ACCEPTED}, set()),
        ({PRESENTED, REJECTED}, set()),
    ],
)
def test_an_offer_is_presented_before_it_is_answered_and_answered_once(given, then):
    assert possible_next(given) == then
