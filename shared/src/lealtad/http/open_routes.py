"""A share of the places for requests without a token, so that callers without a token cannot occupy all places."""

from starlette.types import ASGIApp, Receive, Scope, Send

from lealtad.http import refusals

SHARE = 4
"""Fraction of the places: one in `SHARE`."""
GUARDED = ("/v1/", "/health/")
"""Paths without this limit: `/v1/` checks a token before any work, and health is always answered at once."""


class OpenRoutes:
    """ASGI middleware that serves few requests for metrics and documents at a time, and answers others with 503.

    These answers are long. A caller who does not read them occupies a place until the send time-out.
    """

    def __init__(self, app: ASGIApp, max_requests: int) -> None:
        self.app = app
        self._free = max(max_requests // SHARE, 1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve `scope`."""
        if scope["type"] != "http" or scope["path"].startswith(GUARDED):
            await self.app(scope, receive, send)
        elif not self._free:
            await refusals.application_of(refusals.busy("There are too many requests without a token at a time."))(
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
