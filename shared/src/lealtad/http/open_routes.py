"""A share of the places for requests that need no token, so that callers without one cannot hold all of them."""

from starlette.types import ASGIApp, Receive, Scope, Send

from lealtad.http import refusals

SHARE = 4
"""One place in so many."""
GUARDED = ("/v1/", "/health/")
"""Under `/v1/` a token is asked for before any work; health is answered at once, whoever asks."""


class OpenRoutes:
    """ASGI middleware that works on few requests for metrics and documents at a time, and answers others with 503.

    These answers are long. A caller who does not read them holds a place until the time for sending is over.
    """

    def __init__(self, app: ASGIApp, max_requests: int) -> None:
        self.app = app
        self._free = max(max_requests // SHARE, 1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve `scope`."""
        if scope["type"] != "http" or scope["path"].startswith(GUARDED):
            await self.app(scope, receive, send)
        elif not self._free:
            await refusals.answering(refusals.busy("There are too many requests without a token at a time."))(
                scope, receive, send
            )
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._free -= 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._free += 1
