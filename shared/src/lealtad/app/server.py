"""The HTTP server of a process: the same for APIs and for the port of a worker's health, metrics and progress."""

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from lealtad.http.connection import limited
from lealtad.settings import ProcessSettings

BACKLOG = 2048
"""Connections that the kernel keeps until they are accepted, which is at once unless the event loop stands."""


def server_config(app: FastAPI, settings: ProcessSettings) -> uvicorn.Config:
    """Return how `app` is served: every connection within the limits of `settings`, and nothing but HTTP/1."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="none",
        http=limited(settings),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.keep_alive_s,
        timeout_graceful_shutdown=int(settings.shutdown_s),
        backlog=BACKLOG,
    )


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
