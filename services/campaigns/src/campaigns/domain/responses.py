"""The order of responses to a decision: presented first, then accepted or rejected, each once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from campaigns.domain.customer import Response

FOLLOWS: dict[Response | None, frozenset[Response]] = {
    None: frozenset({Response.PRESENTED}),
    Response.PRESENTED: frozenset({Response.ACCEPTED, Response.REJECTED}),
    Response.ACCEPTED: frozenset(),
    Response.REJECTED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class ResponseEffect:
    """The values that are stored with a response."""

    open_until: datetime | None = None
    """Until this moment the decision awaits an answer."""
    reported: bool = False
    rule: str | None = None
    """The rule that forbade a reported contact when it took place."""


def _last(given: Collection[Response]) -> Response | None:
    """Return the last of a decision's responses, or None."""
    for response in (Response.ACCEPTED, Response.REJECTED, Response.PRESENTED):
        if response in given:
            return response
    return None


def possible_next(given: Collection[Response]) -> frozenset[Response]:
    """Return the responses that may follow those already given."""
    return FOLLOWS[_last(given)]
