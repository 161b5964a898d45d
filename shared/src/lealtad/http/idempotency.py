"""The `Idempotency-Key`: a repeated request has its effect once and gets the same answer.

These are the rules. `key_claims` has the statements, which run in the transaction of the effect: a key is claimed
first, and its answer is stored last. So a crash between the two leaves no claim.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from http import HTTPStatus

from lealtad.http.answer import RenderedAnswer
from lealtad.http.problem import Problem, conflict, invalid
from lealtad.observability.metrics import IDEMPOTENT_REPLAYS

RETRY_AFTER_S = 1
REPLAYED: Mapping[str, str] = {"idempotent-replayed": "true"}
BODY_IS_CURRENT: Mapping[str, str] = {"idempotent-body": "current"}
"""Headers of an answer whose body was read again, since it holds personal data and was not stored."""


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A keyed request: digests of its owner (principal, method, path, key) and of its content (query, body).

    Only digests are stored: neither the caller's key nor the content.
    """

    scope: bytes
    content: bytes

    @classmethod
    def of(cls, *, principal: str, method: str, path: str, key: str, query: bytes, body: bytes) -> "IdempotentRequest":
        """Return the digests of a request; the body counts byte for byte."""
        named = (principal, method, path, key)
        return cls(_digest(*(part.encode() for part in named)), _digest(query, body))


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer that is stored under a key, with the digest of the content that it answers."""

    content: bytes
    answer: RenderedAnswer

    def answer_to(self, request: IdempotentRequest) -> RenderedAnswer:
        """Return the stored answer; raise 422 when the key came with other content."""
        if self.content != request.content:
            raise invalid(
                "Use a new Idempotency-Key for a new request, or send exactly the first one again.",
                slug="idempotency-key-reused",
                title="The Idempotency-Key belongs to another request",
            )
        return self.answer

    def replay_to(self, request: IdempotentRequest) -> RenderedAnswer:
        """Return the stored answer with the header that says so; raise 422 as `answer_to`."""
        answer = self.answer_to(request)
        IDEMPOTENT_REPLAYS.inc()
        return replace(answer, headers={**answer.headers, **REPLAYED})


def is_kept(status: int, *, personal: bool) -> bool:
    """Return whether an answer of this status is stored; after any other answer a repeated request runs again.

    Successes are stored, and refusals of the content itself: 422 stays 422. A refusal by the current state (404, 409,
    412) may be a success a moment later, and it had no effect. On a route with personal data no 422 is stored: it
    contains names of members, which the caller may have made of personal data.
    """
    return status < HTTPStatus.BAD_REQUEST or (status == HTTPStatus.UNPROCESSABLE_ENTITY and not personal)


def kept_problem(problem: Problem, *, personal: bool) -> RenderedAnswer | None:
    """Return a refusal as it is stored under its key, or None: a repeated request runs again."""
    return RenderedAnswer.of(problem.response()) if is_kept(problem.status, personal=personal) else None


def still_at_work() -> Problem:
    """Return the 409 of a request whose first twin is not answered yet."""
    return conflict(
        "request-in-progress",
        "The first request with this Idempotency-Key is still at work",
        f"Send the same request again after {RETRY_AFTER_S} s to get its answer.",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )


def _digest(*parts: bytes) -> bytes:
    # Each part follows its length, so that no two lists of parts have the same digest.
    return sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()
