"""Writing routes: one transaction, committed before the answer leaves, repeatable by an `Idempotency-Key`."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials

from lealtad.http.answer import Answer, RenderedAnswer
from lealtad.http.auth import BEARER, Principal, authenticate
from lealtad.http.context import CommandContext, HttpRuntime, current_traceparent, known_scope, runtime_of
from lealtad.http.database_errors import with_retries
from lealtad.http.etag import IF_MATCH_READERS, IfMatch
from lealtad.http.idempotency import REPLAYED, IdempotentRequest, claim, is_kept, store
from lealtad.http.problem import Problem
from lealtad.observability.metrics import IDEMPOTENT_REPLAYS
from lealtad.unit_of_work import UnitOfWork

WritingUseCase = Callable[[UnitOfWork], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Command:
    """A request that writes, by a caller who may."""

    runtime: HttpRuntime
    context: CommandContext

    @property
    def principal(self) -> Principal:
        """The caller."""
        return self.context.principal

    @property
    def if_match(self) -> str | None:
        """The `If-Match` header, for `require_match`."""
        return self.context.if_match

    async def run(self, use_case: WritingUseCase) -> Response:
        """Run `use_case` in a transaction, commit it, and only then return its answer.

        A use case may run more than once (after a deadlock or serialisation failure), each time in a new transaction.
        With an `Idempotency-Key` the answer, a 4xx problem too, is stored in the same transaction and given again.
        """
        request = await self._idempotent_request()
        if request is None:
            return await with_retries(lambda: self._once(use_case))
        return await with_retries(lambda: self._keyed(use_case, request))

    async def _once(self, use_case: WritingUseCase) -> Response:
        async with self._begin() as uow:
            answer = await use_case(uow)
        return answer.rendered().response()

    async def _keyed(self, use_case: WritingUseCase, request: IdempotentRequest) -> Response:
        async with self._begin() as uow:
            stored = await claim(uow.connection, request)
            if stored is not None:
                IDEMPOTENT_REPLAYS.inc()
                return stored.response(**REPLAYED)
            answer = await _answer_or_problem(uow, use_case)
            await store(uow.connection, request, answer)
        return answer.response()

    def _begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.runtime.database.begin(traceparent=self.context.traceparent)

    async def _idempotent_request(self) -> IdempotentRequest | None:
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

    `if_match` says whether the route takes the header; its use case checks that it is there and fits (`require_match`).
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
                "the effect happens once, and the answer is given again with `Idempotent-Replayed: true`",
            ),
        ] = None,
        if_match: Annotated[str | None, precondition] = None,
    ) -> Command:
        runtime = runtime_of(request)
        return Command(
            runtime,
            CommandContext(
                principal=authenticate(credentials, scope, runtime.settings),
                traceparent=current_traceparent(),
                method=request.method,
                path=request.url.path,
                content=lambda: _content(request),
                idempotency_key=idempotency_key,
                if_match=if_match,
            ),
        )

    return command


async def _answer_or_problem(uow: UnitOfWork, use_case: WritingUseCase) -> RenderedAnswer:
    try:
        async with uow.savepoint():
            return (await use_case(uow)).rendered()
    except Problem as problem:
        if not is_kept(problem.status):
            raise
        return RenderedAnswer.of(problem.response())


async def _content(request: Request) -> tuple[bytes, bytes]:
    return request.scope.get("query_string", b""), await request.body()
