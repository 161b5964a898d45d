"""Logs by structlog, one JSON object a line (or colours for people), including the logs of other libraries."""

import logging
import sys
from typing import Any

import orjson
import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.types import EventDict, Processor

from lealtad.observability.failures import render_exception
from lealtad.observability.redaction import redact
from lealtad.observability.repeat_filter import RepeatFilter

QUIET = {"uvicorn.access": logging.CRITICAL, "aiokafka": logging.WARNING, "sqlalchemy": logging.WARNING}
"""Levels of verbose libraries. Uvicorn's access log holds paths with external ids; the own log has route templates."""


def configure_logging(service: str, process: str, level: str = "INFO", fmt: str = "json") -> None:
    """Log to standard output as `fmt` (`json` or `console`), every line with `service` and `process`.

    A line has `at` (system time, UTC), `level`, `event`, and what the context binds: `trace_id`, `correlation_id`.
    """
    shared: list[Processor] = [
        merge_contextvars,
        _origin(service, process),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        render_exception,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(RepeatFilter("aiokafka"))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderer(fmt)],
        )
    )
    _route_libraries_to(handler, level)


def correlated(correlation_id: object) -> Any:
    """Add the root fact's id to every log line inside the `with` block."""
    return bound_contextvars(correlation_id=str(correlation_id))


def _origin(service: str, process: str) -> Processor:
    def add(_logger: Any, _method: str, event: EventDict) -> EventDict:
        return {"service": service, "process": process, **event}

    return add


def _renderer(fmt: str) -> list[Processor]:
    if fmt == "console":
        return [structlog.dev.ConsoleRenderer()]
    return [structlog.processors.JSONRenderer(serializer=_json)]


def _json(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _route_libraries_to(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    for name, quietest in QUIET.items():
        logging.getLogger(name).setLevel(quietest)
