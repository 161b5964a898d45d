"""The order of responses to a decision: presented first, then accepted or rejected, each once."""

from collections.abc import Collection

from campaigns.domain.customer import Response

FOLLOWS: dict[Response | None, frozenset[Response]] = {
    None: frozenset({Response.PRESENTED}),
    Response.PRESENTED: frozenset({Response.ACCEPTED, Response.REJECTED}),
    Response.ACCEPTED: frozenset(),
    Response.REJECTED: frozenset(),
}


def standing(given: Collection[Response]) -> Response | None:
    """Return the last response of a decision's responses, or None."""
    for response in (Response.ACCEPTED, Response.REJECTED, Response.PRESENTED):
        if response in given:
            return response
    return None


def possible(given: Collection[Response]) -> frozenset[Response]:
    """Return which responses may come after those already given."""
    return FOLLOWS[standing(given)]
