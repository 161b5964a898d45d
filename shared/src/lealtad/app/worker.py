"""The worker process: consumer, relay, due-loop and replays, with health, metrics and progress over HTTP."""

import asyncio
import signal
from functools import partial

import structlog
from fastapi import FastAPI

from lealtad.app.check import sizing
from lealtad.app.housekeeping import Housekeeping
from lealtad.app.operations import progress_routes
from lealtad.app.overdue_metrics import OverdueMetrics
from lealtad.app.runtime import Runtime, open_runtime
from lealtad.app.server import QuietServer, server_config
from lealtad.app.service import Service
from lealtad.app.startup_check import StartupCheck
from lealtad.app.watchdog import Watchdog
from lealtad.due import DueLoop
from lealtad.http import install_http_defaults
from lealtad.kafka.consume.batch import BatchHandler
from lealtad.kafka.consume.consumer import Consumer
from lealtad.kafka.consume.monitor import Monitor
from lealtad.kafka.consume.replay import ReplayLoop
from lealtad.kafka.publish.relay import Relay
from lealtad.kafka.recovery import outbox_reconciliation
from lealtad.observability.routes import health_routes
from lealtad.settings import ServiceSettings
from lealtad.unit_of_work import Waker

log = structlog.get_logger(__name__)


class _NearestWaker:
    """A waker of the relay: directly where it works in this process, else by a notification to the others."""

    def __init__(self, relay: Relay, elsewhere: Waker | None) -> None:
        self._relay = relay
        self._elsewhere = elsewhere

    def wake(self) -> None:
        """Return at once."""
        if self._relay.leads:
            self._relay.wake()
        elif self._elsewhere:
            self._elsewhere.wake()


class Worker:
    """All loops of one worker process."""

    def __init__(self, runtime: Runtime) -> None:
        service, settings, database = runtime.service, runtime.settings, runtime.database
        database_part, stream = service.require_database(), service.require_stream()
        self._settings = settings
        self._health = runtime.health
        stuck = settings.stuck_after_s
        beat = runtime.health.heartbeat
        processing = service.processing
        self.consumer = Consumer(settings, database, processing, beat("consumer", stuck))
        self.due = DueLoop(
            database, stream.due_actions, poll_s=settings.due_poll_ms / 1000, heartbeat=beat("due-loop", stuck)
        )
        self.replay = ReplayLoop(database, BatchHandler(database, processing, runtime.group), beat("replay", stuck))
        verify = partial(outbox_reconciliation.require_known, settings, database, service.name)
        self.relay = Relay(settings, service.name, beat("relay", stuck), verify)
        database.waker = _NearestWaker(self.relay, database.waker)
        self.startup_check = StartupCheck(runtime)
        self.monitor = Monitor(
            database,
            runtime.lookout,
            service.reader,
            runtime.group,
            self.consumer,
            stuck_after_s=stuck,
            heartbeat=beat("monitor", stuck),
        )
        self.housekeeping = Housekeeping(database, settings, database_part.prunes, beat("housekeeping", stuck))
        self.vitals = OverdueMetrics(database, stream.due_actions, beat("vitals", stuck))
        self._server = QuietServer(server_config(self._operations(runtime), settings))
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End gracefully: batches in hand are committed and what they wrote is relayed."""
        self._stopping.set()

    async def run(self) -> None:
        """Run all loops until stopped, once database and Kafka are seen to belong together; one's failure ends all."""
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(self._server.serve())
            await self.startup_check.wait(self._stopping)
            if not self._stopping.is_set():
                await self._work(tasks)
            self._server.should_exit = True
            await asyncio.wait([serving], timeout=2)
            serving.cancel()

    async def _work(self, tasks: asyncio.TaskGroup) -> None:
        watching = (self.relay, self.monitor, self.housekeeping, self.vitals)
        background = [tasks.create_task(loop.run()) for loop in watching]
        foreground = [tasks.create_task(loop.run()) for loop in (self.consumer, self.due, self.replay)]
        await self._stopping.wait()
        log.info("worker_stops")
        self._health.stop()
        for loop in (self.consumer, self.due, self.replay):
            loop.stop()
        await asyncio.wait(foreground, timeout=self._settings.shutdown_s)
        for task in (*background, *foreground):
            task.cancel()

    def _operations(self, runtime: Runtime) -> FastAPI:
        app = FastAPI(title=f"{runtime.service.title}: worker", docs_url=None, redoc_url=None, openapi_url=None)
        app.state.runtime = runtime
        app.include_router(health_routes(runtime.health))
        app.include_router(progress_routes("worker", self._paused, self.consumer.hurry))
        install_http_defaults(app, runtime.settings)
        return app

    def _paused(self) -> list[str]:
        return [f"{place.topic}/{place.partition}" for place in sorted(self.consumer.paused)]


async def run_worker(service: Service, settings: ServiceSettings) -> None:
    """Work until SIGTERM or SIGINT."""
    async with open_runtime(service, settings, "worker") as runtime, sizing.looked_at(settings):
        worker = Worker(runtime)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, worker.stop)
        watchdog = Watchdog(runtime.health)
        watchdog.start()
        try:
            await worker.run()
        finally:
            watchdog.stop()
