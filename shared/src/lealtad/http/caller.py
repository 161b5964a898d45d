"""Callers of routes that need no database: who has the scope."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials

from lealtad.http.auth import BEARER, Principal
from lealtad.http.context import caller_of, known_scope
from lealtad.http.query_names import require_known_parameters


def allows(scope: str) -> Callable[..., Coroutine[Any, Any, Principal]]:
    """Return the dependency of a route without a transaction: `Annotated[Principal, Depends(allows("scores:read"))]`.

    `reads` and `writes` ask for the same, and give the route a transaction of the service's database.
    """
    scope = known_scope(scope)

    async def caller(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER, scopes=[scope])],
    ) -> Principal:
        principal = caller_of(request, credentials, scope)
        require_known_parameters(request)
        return principal

    return caller
