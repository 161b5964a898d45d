"""Queries of routes that read: every statement sees the newest committed state, and emitting raises."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel

from lealtad.http.answer import Answer, as_answer
from lealtad.http.auth import BEARER, Principal
from lealtad.http.context import HttpRuntime, caller_of, known_scope, runtime_of
from lealtad.http.query_names import require_known_parameters
from lealtad.unit_of_work import UnitOfWork

ReadingUseCase = Callable[[UnitOfWork], Awaitable[Answer | BaseModel]]


@dataclass(frozen=True, slots=True)
class Query:
    """A request that reads, of a caller with the scope for it."""

    runtime: HttpRuntime
    principal: Principal

    async def run(self, use_case: ReadingUseCase) -> Response:
        """Run `use_case` and return its answer (an `Answer`, or just the model to show)."""
        async with self.runtime.database.read() as uow:
            result = await use_case(uow)
        return as_answer(result).rendered().response()


def reads(scope: str) -> Callable[..., Coroutine[Any, Any, Query]]:
    """Return the dependency of a route that reads: `Annotated[Query, Depends(reads("customers:read"))]`."""
    scope = known_scope(scope)

    async def query(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER, scopes=[scope])],
    ) -> Query:
        principal = caller_of(request, credentials, scope)
        require_known_parameters(request)
        return Query(runtime_of(request), principal)

    return query
