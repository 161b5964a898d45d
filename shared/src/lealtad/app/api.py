"""The API process: a FastAPI application with the defaults of all services."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from lealtad.app.check import sizing
from lealtad.app.operations import operations_router, progress_routes
from lealtad.app.runtime import ProcessRuntime, Runtime, open_process
from lealtad.app.server import QuietServer, server_config
from lealtad.app.service import Service
from lealtad.app.watchdog import Watchdog, beat_for_ever
from lealtad.http import install_http_defaults
from lealtad.http.openapi import operation_id, serve_document
from lealtad.observability.routes import health_routes
from lealtad.settings import ProcessSettings
from lealtad.version import VERSION


def create_api(runtime: ProcessRuntime) -> FastAPI:
    """Return the application of a service whose runtime is open."""
    service = runtime.service
    app = FastAPI(
        title=service.title,
        description=service.description,
        version=VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # Generated clients name their methods by the operation, and a model by its one schema.
        generate_unique_id_function=operation_id,
        separate_input_output_schemas=False,
    )
    app.state.runtime = runtime
    serve_document(app)
    app.include_router(health_routes(runtime.health))
    if isinstance(runtime, Runtime):
        app.include_router(progress_routes("api"))
    for router in service.http.routers:
        app.include_router(router)
    if isinstance(runtime, Runtime):
        app.include_router(operations_router(service.name, runtime.settings.journal_days))
    install_http_defaults(app, runtime.settings, service.http.batch_paths)
    return app


async def run_api(service: Service, settings: ProcessSettings) -> None:
    """Serve until SIGTERM or SIGINT; requests in hand are answered first."""
    async with open_process(service, settings, "api") as runtime, _watched(runtime), sizing.looked_at(settings):
        server = QuietServer(server_config(create_api(runtime), settings))
        # By itself uvicorn ends the process by the signal that it got, before the runtime is closed.
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, setattr, server, "should_exit", True)
        await server.serve()


@asynccontextmanager
async def _watched(runtime: ProcessRuntime) -> AsyncIterator[None]:
    heartbeat = runtime.health.heartbeat("event-loop", runtime.settings.stuck_after_s)
    beating = asyncio.create_task(beat_for_ever(heartbeat))
    watchdog = Watchdog(runtime.health)
    watchdog.start()
    try:
        yield
    finally:
        watchdog.stop()
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating
