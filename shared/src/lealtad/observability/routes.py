"""Routes without a token in every process: health and metrics."""

import asyncio
from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from lealtad.observability.health import Health, HealthReport
from lealtad.observability.metrics import (
    LOOP_LIMIT_SECONDS,
    LOOP_LONGEST_STAND_SECONDS,
    LOOP_TURN_AGE_SECONDS,
    REGISTRY,
)

FAILING: dict[int | str, dict[str, Any]] = {
    503: {"model": HealthReport, "description": "Failing, with the reason of each failure"}
}


def health_routes(health: Health) -> APIRouter:
    """Return `/health/live`, `/health/ready` and `/metrics`, which need no token."""
    router = APIRouter(tags=["operations"])
    rendering = asyncio.Lock()

    @router.get("/health/live", responses=FAILING)
    async def live(response: Response) -> HealthReport:
        """Return whether the process is alive.

        It is alive while each of its loops turns, or waits as declared. Otherwise it is to be restarted.
        """
        return _answered(health.live(), response)

    @router.get("/health/ready", responses=FAILING)
    async def ready(response: Response) -> HealthReport:
        """Return whether work may be sent here.

        The process is alive and not stopping, its database answers, and no hold is in force (a restore that does not
        fit Kafka).
        """
        return _answered(await health.ready(), response)

    @router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def metrics() -> Response:
        """Return the metrics in the Prometheus text format.

        `docs/metrics.md` explains each metric.
        """
        # Each takes milliseconds. Many calls at once must not block the event loop.
        async with rendering:
            await asyncio.sleep(0)
            for heartbeat in health.heartbeats.values():
                LOOP_LIMIT_SECONDS.labels(loop=heartbeat.name).set(heartbeat.limit_s)
                LOOP_TURN_AGE_SECONDS.labels(loop=heartbeat.name).set(heartbeat.age_s)
                LOOP_LONGEST_STAND_SECONDS.labels(loop=heartbeat.name).set(heartbeat.pop_longest_stand())
            return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return router


def _answered(report: HealthReport, response: Response) -> HealthReport:
    response.status_code = report.http_status
    return report
