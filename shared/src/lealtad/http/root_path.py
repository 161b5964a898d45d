"""The path under which a proxy shows a service, when one host has a path for each service."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RootPath:
    """ASGI middleware that takes `root_path` off the paths of requests, and puts it before the addresses of answers.

    The proxy need not rewrite paths. One that does so may: a path without `root_path` is served, too, as the probes of
    the platform ask for it.
    """

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self._root_path = root_path
        self._raw = root_path.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve `scope`."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_root_path(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("location", "").startswith("/"):
                    headers["location"] = self._root_path + headers["location"]
            await send(message)

        await self.app(self._without_root_path(scope), receive, send_with_root_path)

    def _without_root_path(self, scope: Scope) -> Scope:
        if not scope["path"].startswith(self._root_path + "/"):
            return scope
        shortened = {"path": scope["path"].removeprefix(self._root_path)}
        if raw := scope.get("raw_path"):
            shortened["raw_path"] = raw.removeprefix(self._raw)
        return {**scope, **shortened}
