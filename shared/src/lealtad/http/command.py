"""Commands of routes that write: one transaction, committed before the answer, repeatable by an `Idempotency-Key`."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials
from pydantic_core import from_json

from lealtad.http.answer import CONTENT_LOCATION, Answer, Personal, RenderedAnswer
from lealtad.http.auth import BEARER, Principal
from lealtad.http.context import CommandContext, HttpRuntime, caller_of, current_traceparent, known_scope, runtime_of
from lealtad.http.database_errors import with_retries
from lealtad.http.etag import IF_MATCH_READERS, IfMatch
from lealtad.http.idempotency import BODY_IS_CURRENT, REPLAYED, IdempotentRequest, kept_problem
from lealtad.http.key_claims import claim, store
from lealtad.http.problem import Problem
from lealtad.http.query_names import require_known_parameters
from lealtad.observability.metrics import IDEMPOTENT_REPLAYS
from lealtad.unit_of_work import UnitOfWork

WritingUseCase = Callable[[UnitOfWork], Awaitable[Answer]]
ReadAgain = Callable[[UnitOfWork, Personal], Awaitable[Answer]]
"""A function that reads the current resource of a personal answer."""


@dataclass(frozen=True, slots=True)
class Command:
    """A request that writes, of a caller with the scope for it."""

    runtime: HttpRuntime
    context: CommandContext

    @property
    def principal(self) -> Principal:
        """Return the caller."""
        return self.context.principal

    @property
    def if_match(self) -> str | None:
        """Return the `If-Match` header, for `require_match`."""
        return self.context.if_match

    async def run(self, use_case: WritingUseCase, *, again: ReadAgain | None = None) -> Response:
        """Run `use_case` in a transaction, commit it, and only then return its answer.

        A use case may run more than once (after a deadlock or serialisation failure), each time in a new transaction.
        With an `Idempotency-Key`, a success is stored in the same transaction, and a repeated request gets it again.
        The same holds for a 422 of a route without personal data. After other refusals a repeated request runs again.
        Personal answers are stored without their body: their route passes `again`, which reads the body.
        """
        request = await self.idempotent_request()
        if request is None:
            return await with_retries(lambda: self._once(use_case))
        return await with_retries(lambda: self._keyed(use_case, request, again))

    async def _once(self, use_case: WritingUseCase) -> Response:
        async with self._begin() as uow:
            answer = await use_case(uow)
        return answer.rendered().response()

    async def _keyed(self, use_case: WritingUseCase, request: IdempotentRequest, again: ReadAgain | None) -> Response:
        async with self._begin() as uow:
            stored = await claim(uow.connection, request)
            if stored is not None:
                IDEMPOTENT_REPLAYS.inc()
                return await _replay(uow, stored, again)
            answer, kept = await _answer_or_problem(uow, use_case, may_be_personal=again is not None)
            await store(uow.connection, {request.scope: kept})
        return answer.response()

    def _begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.runtime.database.begin(traceparent=self.context.traceparent)

    async def idempotent_request(self) -> IdempotentRequest | None:
        """Return the digests of a request with an `Idempotency-Key`, or None."""
        context = self.context
        if context.idempotency_key is None:
            return None
        query, body = await context.content()
        return IdempotentRequest.of(
            principal=context.principal.subject,
            method=context.method,
            path=context.path,
            key=context.idempotency_key,
            query=query,
            body=body,
        )


def writes(scope: str, *, if_match: IfMatch = "unused") -> Callable[..., Coroutine[Any, Any, Command]]:
    """Return the dependency of a route that writes: `Annotated[Command, Depends(writes("facts:write"))]`.

    `if_match` is the route's use of the header; the use case checks the header by `require_match`.
    """
    scope = known_scope(scope)
    precondition = Depends(IF_MATCH_READERS[if_match])

    async def command(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER, scopes=[scope])],
        idempotency_key: Annotated[
            str | None,
            Header(
                min_length=1,
                max_length=255,
                description="Chosen by the caller, new for each request and the same when it is sent again: "
                "the effect happens once, and the answer is given again with `Idempotent-Replayed: true`. A body with "
                "personal data is not kept: it shows the resource as it is then, with `Idempotent-Body: current`",
            ),
        ] = None,
        if_match: Annotated[str | None, precondition] = None,
    ) -> Command:
        principal = caller_of(request, credentials, scope)
        require_known_parameters(request)
        return Command(
            runtime_of(request),
            CommandContext(
                principal=principal,
                traceparent=current_traceparent(),
                method=request.method,
                path=request.url.path,
                content=lambda: _content(request),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
        )

    return command


async def _answer_or_problem(
    uow: UnitOfWork, use_case: WritingUseCase, *, may_be_personal: bool
) -> tuple[RenderedAnswer, RenderedAnswer]:
    """Return the answer, and the part of it that is stored; raise a problem that is not stored."""
    try:
        async with uow.savepoint():
            answer = await use_case(uow)
    except Problem as problem:
        kept = kept_problem(problem, personal=may_be_personal)
        if kept is None:
            raise
        return kept, kept
    if answer.personal and not may_be_personal:
        raise TypeError("a route whose answers are personal says how they are read again")
    return answer.rendered(), answer.kept()


async def _replay(uow: UnitOfWork, stored: RenderedAnswer, again: ReadAgain | None) -> Response:
    address = stored.headers.get(CONTENT_LOCATION)
    if again is None or address is None:
        return stored.response(**REPLAYED)
    current = (await again(uow, Personal(address, from_json(stored.body)))).rendered()
    return RenderedAnswer(stored.status, {**stored.headers, **current.headers}, current.body).response(
        **REPLAYED, **BODY_IS_CURRENT
    )


async def _content(request: Request) -> tuple[bytes, bytes]:
    return request.scope.get("query_string", b""), await request.body()
