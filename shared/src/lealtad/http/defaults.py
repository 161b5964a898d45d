"""The middleware of every HTTP application, in its required order."""

from collections.abc import Iterable

from fastapi import FastAPI

from lealtad.http.open_routes import OpenRoutes
from lealtad.http.problem_handlers import install_problem_handlers
from lealtad.http.request_body import RequestBodies
from lealtad.http.root_path import RootPath
from lealtad.http.security_headers import SecurityHeaders
from lealtad.observability.http_telemetry import RequestTelemetry
from lealtad.settings import ProcessSettings


def install_http_defaults(app: FastAPI, settings: ProcessSettings, batch_paths: Iterable[str] = ()) -> None:
    """Give `app` problem documents, request limits, trace context, metrics and the request log.

    `batch_paths` accept larger bodies than other paths.

    From the outside in: the root path, telemetry of every answer, security headers, a share of the places for requests
    without a token, answers to unexpected errors, limits of bodies. There are no redirects: a redirect would be built
    from the Host header of the caller.
    """
    app.router.redirect_slashes = False
    app.add_middleware(RequestBodies, settings=settings, batch_paths=batch_paths)
    install_problem_handlers(app)
    app.add_middleware(OpenRoutes, max_requests=settings.max_requests)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestTelemetry)
    if settings.http_root_path:
        app.add_middleware(RootPath, root_path=settings.http_root_path)
