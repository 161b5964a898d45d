"""The HTTP habits of all services, put on an application in the one right order."""

from collections.abc import Iterable

from fastapi import FastAPI

from lealtad.http.body_limit import BodyLimit
from lealtad.http.problem_handlers import install_problem_handlers
from lealtad.observability.http_telemetry import RequestTelemetry
from lealtad.settings import ServiceSettings

BATCH_PATHS = ("/v1/batches",)


def install_http_habits(app: FastAPI, settings: ServiceSettings, batch_paths: Iterable[str] = BATCH_PATHS) -> None:
    """Give `app` problem documents, request limits, trace context, metrics and the request log.

    From the outside in: telemetry sees every answer, then unexpected errors are answered, then bodies are limited.
    """
    batches = dict.fromkeys(batch_paths, settings.max_batch_body_bytes)
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, by_path=batches)
    install_problem_handlers(app)
    app.add_middleware(RequestTelemetry)
