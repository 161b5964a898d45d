"""The `Idempotency-Key`: a repeated request has its effect once and gets the same answer.

The key is inserted first, in the transaction of the effect. So a concurrent twin waits at the unique index. When the
first request commits, the twin gets the stored answer. When the first rolls back, the twin does the work. After the
`lock_timeout` of 5 s, which every connection has, the twin gets a 409 with `Retry-After`.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus

import orjson
from asyncpg import PostgresError
from sqlalchemy import text

from lealtad.db import Connection
from lealtad.http.answer import RenderedAnswer
from lealtad.http.database_errors import is_lock_timeout
from lealtad.http.problem import Problem, conflict, invalid

CLAIM = text("""
    INSERT INTO idempotency_key (scope, body_hash) VALUES (:scope, :content) ON CONFLICT DO NOTHING RETURNING 1
""")
READ = text("SELECT body_hash, status, headers, body FROM idempotency_key WHERE scope = :scope")
STORE = text("""
    UPDATE idempotency_key SET status = :status, headers = CAST(:headers AS jsonb), body = :body WHERE scope = :scope
""")
PRUNE = text("""
    DELETE FROM idempotency_key
    WHERE scope IN (SELECT scope FROM idempotency_key WHERE stored_at < :before LIMIT :limit)
""")
RETRY_AFTER_S = 1
REPLAYED = {"idempotent-replayed": "true"}
BODY_IS_CURRENT = {"idempotent-body": "current"}
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


async def claim(connection: Connection, request: IdempotentRequest) -> RenderedAnswer | None:
    """Insert the key for this transaction and return None, or return the answer that the key has already.

    Raise 422 if the key was used with other content, and 409 if its first request is still at work.
    """
    if await _inserted(connection, request):
        return None
    row = (await connection.execute(READ, {"scope": request.scope})).one_or_none()
    if row is None:  # pruned between the two statements
        raise _still_at_work()
    if row.body_hash != request.content:
        raise invalid(
            "Use a new Idempotency-Key for a new request, or send exactly the first one again.",
            slug="idempotency-key-reused",
            title="The Idempotency-Key belongs to another request",
        )
    return RenderedAnswer(row.status, row.headers, row.body)


async def store(connection: Connection, request: IdempotentRequest, answer: RenderedAnswer) -> None:
    """Store `answer` under the key that this transaction has claimed."""
    headers = orjson.dumps(dict(answer.headers)).decode()
    values = {"status": answer.status, "headers": headers, "body": answer.body}
    await connection.execute(STORE, {"scope": request.scope, **values})


def is_kept(status: int, *, personal: bool) -> bool:
    """Return whether an answer of this status is stored; after any other answer a repeated request runs again.

    Successes are stored, and refusals of the content itself: 422 stays 422. A refusal by the current state (404, 409,
    412) may be a success a moment later, and it had no effect. On a route with personal data no 422 is stored: it
    contains names of members, which the caller may have made of personal data.
    """
    return status < HTTPStatus.BAD_REQUEST or (status == HTTPStatus.UNPROCESSABLE_ENTITY and not personal)


async def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete at most `limit` keys stored before `before` (system time, at least 24 h ago); return their number."""
    return await connection.affected(PRUNE, {"before": before, "limit": limit})


async def _inserted(connection: Connection, request: IdempotentRequest) -> bool:
    try:
        return bool(await connection.execute(CLAIM, {"scope": request.scope, "content": request.content}))
    except PostgresError as error:
        if is_lock_timeout(error):
            raise _still_at_work() from error
        raise


def _digest(*parts: bytes) -> bytes:
    # Each part follows its length, so that no two lists of parts have the same digest.
    return sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()


def _still_at_work() -> Problem:
    return conflict(
        "request-in-progress",
        "The first request with this Idempotency-Key is still at work",
        f"Send the same request again after {RETRY_AFTER_S} s to get its answer.",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )
