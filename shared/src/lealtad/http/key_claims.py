"""Claims of idempotency keys: inserted first in the transaction of the effect, answered last, or given back.

A transaction of one request claims by `claim`. A concurrent twin waits at the unique index: when the first request
commits, the twin gets the stored answer; when it rolls back, the twin does the work. After the `lock_timeout` of 5 s,
which every connection has, the twin gets a 409 with `Retry-After`.

A transaction of several requests claims by `claim_free`, which waits for no key. A key counts as under way while
another transaction holds its advisory lock, which ends with that transaction. So no two groups can wait for each other.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum, auto

import orjson
from asyncpg import PostgresError
from sqlalchemy import text

from lealtad.db import Connection
from lealtad.http.answer import RenderedAnswer
from lealtad.http.database_errors import is_lock_timeout
from lealtad.http.idempotency import IdempotentRequest, KeptAnswer, still_at_work

# In the order of the scopes, as every statement that takes several rows.
CLAIM = text("""
    WITH asked AS MATERIALIZED (
        SELECT scope, content
        FROM unnest(CAST(:scopes AS bytea[]), CAST(:contents AS bytea[]), CAST(:locks AS bigint[]))
            AS request (scope, content, lock)
        WHERE CASE WHEN :waits THEN true ELSE pg_try_advisory_xact_lock(lock) END
    )
    INSERT INTO idempotency_key (scope, body_hash) SELECT scope, content FROM asked ORDER BY scope
    ON CONFLICT DO NOTHING RETURNING scope
""")
READ = text("""
    SELECT scope, body_hash, status, headers, body FROM idempotency_key WHERE scope = ANY(CAST(:scopes AS bytea[]))
""")
STORE = text("""
    UPDATE idempotency_key
    SET status = answer.status, headers = CAST(answer.headers AS jsonb), body = answer.body
    FROM unnest(
        CAST(:scopes AS bytea[]), CAST(:statuses AS smallint[]), CAST(:headers AS text[]), CAST(:bodies AS bytea[])
    ) AS answer (scope, status, headers, body)
    WHERE idempotency_key.scope = answer.scope
""")
RELEASE = text("DELETE FROM idempotency_key WHERE scope = ANY(CAST(:scopes AS bytea[]))")
PRUNE = text("""
    DELETE FROM idempotency_key
    WHERE scope IN (SELECT scope FROM idempotency_key WHERE stored_at < :before LIMIT :limit)
""")


class Claim(Enum):
    """What a request found at its key, where the key has no answer."""

    MADE = auto()
    """The key is this request's; its transaction stores the answer, or releases the key."""
    UNDER_WAY = auto()
    """A twin is at work: in another transaction, or earlier in this group."""


async def claim(connection: Connection, request: IdempotentRequest) -> RenderedAnswer | None:
    """Insert the key for this transaction and return None, or return the answer that the key has already.

    Wait for a twin. Raise 422 if the key was used with other content, and 409 if the twin is still at work.
    """
    try:
        if await _insert(connection, [request], waits=True):
            return None
    except PostgresError as error:
        if is_lock_timeout(error):
            raise still_at_work() from error
        raise
    kept = (await _read(connection, [request.scope])).get(request.scope)
    if kept is None:  # pruned between the two statements
        raise still_at_work()
    return kept.answer_to(request)


async def claim_free(connection: Connection, requests: Sequence[IdempotentRequest]) -> list[Claim | KeptAnswer]:
    """Insert the keys that are free for this transaction; return what each request found, in their order.

    Run one statement, and a second one if some keys are not free. Of several requests with one key the first counts.
    """
    firsts = {request.scope: request for request in reversed(requests)}
    made = await _insert(connection, list(firsts.values()), waits=False)
    taken = firsts.keys() - made
    kept = await _read(connection, taken) if taken else {}
    found: list[Claim | KeptAnswer] = []
    for request in requests:
        if request.scope in made:
            made.remove(request.scope)
            found.append(Claim.MADE)
        else:
            found.append(kept.get(request.scope, Claim.UNDER_WAY))
    return found


async def store(connection: Connection, answers: Mapping[bytes, RenderedAnswer]) -> None:
    """Store answers, by scope, under the keys that this transaction has claimed."""
    await connection.execute(
        STORE,
        {
            "scopes": list(answers),
            "statuses": [answer.status for answer in answers.values()],
            "headers": [orjson.dumps(dict(answer.headers)).decode() for answer in answers.values()],
            "bodies": [answer.body for answer in answers.values()],
        },
    )


async def store_or_release(connection: Connection, answers: Mapping[bytes, RenderedAnswer | None]) -> None:
    """Store the answers of keys that this transaction has claimed, by scope, and give back the keys without one."""
    kept = {scope: answer for scope, answer in answers.items() if answer}
    if kept:
        await store(connection, kept)
    if released := answers.keys() - kept.keys():
        await connection.execute(RELEASE, {"scopes": list(released)})


async def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete at most `limit` keys stored before `before` (system time, at least 24 h ago); return their number."""
    return await connection.affected(PRUNE, {"before": before, "limit": limit})


async def _insert(connection: Connection, requests: Sequence[IdempotentRequest], *, waits: bool) -> set[bytes]:
    """Return the scopes that are now this transaction's."""
    rows = await connection.execute(
        CLAIM,
        {
            "scopes": [request.scope for request in requests],
            "contents": [request.content for request in requests],
            "locks": [int.from_bytes(request.scope[:8], "big", signed=True) for request in requests],
            "waits": waits,
        },
    )
    return set(rows.scalars())


async def _read(connection: Connection, scopes: Collection[bytes]) -> dict[bytes, KeptAnswer]:
    rows = await connection.execute(READ, {"scopes": list(scopes)})
    return {row.scope: KeptAnswer(row.body_hash, RenderedAnswer(row.status, row.headers, row.body)) for row in rows}
