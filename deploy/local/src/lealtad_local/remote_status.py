"""The status of a deployment that is reached by its addresses alone: what each API says of its service."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx

from lealtad_local import failures
from lealtad_local.deployment import Deployment
from lealtad_local.status import Report, consumer_of

UNSEEN = (
    "Not seen from here: the processes with their restarts, and paused partitions. "
    "See `docker compose ps` or `kubectl get pods`, and the metric lealtad_consumer_paused_partitions."
)


async def report(deployment: Deployment, client: httpx.AsyncClient) -> Report:
    """Return what the API of each service says: its readiness, its workers, the progress of the service.

    A service whose API does not answer has the progress None; `away` names it with the reason.
    """
    answers = await asyncio.gather(*(_ask(client, url) for url in deployment.urls().values()))
    found = dict(zip(deployment.urls(), answers, strict=True))
    consumers = {
        name: consumer_of([answer["progress"]]) | {"paused": None, "workers": answer["progress"].get("workers")}
        if answer["progress"]
        else None
        for name, answer in found.items()
    }
    return {
        "addresses": dict(deployment.urls()),
        "consumers": consumers,
        "away": [message for name, answer in found.items() for message in _away(name, answer)],
        "unseen": UNSEEN,
    }


def is_healthy(found: Report) -> bool:
    """Return true when every API is ready, and every service has a worker, reads, and is not held."""
    working = all(each is not None and not each["held"] for each in found["consumers"].values())
    return working and not found["away"]


async def _ask(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    progress, ready = await asyncio.gather(_progress(client, url), _readiness(client, url))
    return {**progress, "failures": ready}


async def _progress(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    try:
        answer = (await client.get(f"{url}/progress")).raise_for_status().json()
        return {"progress": answer if isinstance(answer, dict) and "outbox" in answer else None, "error": None}
    except httpx.HTTPError as error:
        return {"progress": None, "error": failures.in_words(error)}
    except ValueError:
        return {"progress": None, "error": f"{url}/progress is no service of Lealtad: the answer is no JSON"}


async def _readiness(client: httpx.AsyncClient, url: str) -> Mapping[str, str]:
    """Return the failing checks of an API; none where it does not answer, which its progress tells."""
    try:
        answer = await client.get(f"{url}/health/ready")
        failing = answer.json()["failures"] if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE else {}
        return dict(failing)
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return {}


def _away(name: str, answer: Mapping[str, Any]) -> list[str]:
    progress = answer["progress"]
    messages = [f"{name} is not ready: {check}: {reason}" for check, reason in answer["failures"].items()]
    if progress is None:
        return [*messages, answer["error"] or f"{name} answers, but not as a service of Lealtad: see its address."]
    if progress["service"] != name:
        messages.append(f"{progress['service']} answers at the address of {name}: see --target.")
    if progress["lag"] is None:
        messages.append(f"Kafka does not answer to {name}.")
    elif progress.get("workers") == []:
        messages.append(f"No worker of {name} is at work.")
    return messages
