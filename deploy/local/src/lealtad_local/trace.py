"""Follow one event through all services: effects, emitted events, and reasons for no effect."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
from rich.text import Text
from rich.tree import Tree

from lealtad_local.deployment import Deployment

MOST_EVENTS = 200
"""The longest trace: one fact leads to some ten events, an action on all customers to thousands."""

Step = dict[str, Any]
"""The answer of one service to `/v1/events/{id}/trace`."""


@dataclass
class TracedEvent:
    """One event, its effects in the services that know it, and the events that it caused."""

    id: str
    steps: list[Step] = field(default_factory=list)
    children: dict[str, list[TracedEvent]] = field(default_factory=dict)
    """Events by emitting service."""

    @property
    def type(self) -> str:
        return next((str(step["type"]) for step in self.steps if step["type"]), "unknown here")


async def follow(deployment: Deployment, client: httpx.AsyncClient, event_id: str) -> TracedEvent:
    """Ask all services about an event, then about the events that it caused, and so on.

    Each event stands where the trace meets it first. Raise `httpx.HTTPError` when a service does not answer.
    """
    root = TracedEvent(event_id)
    met = {event_id}
    level = [root]
    while level:
        await asyncio.gather(*(_ask(deployment, client, event) for event in level))
        level = [child for event in level for child in _children(event, met)]
    return root


async def _ask(deployment: Deployment, client: httpx.AsyncClient, event: TracedEvent) -> None:
    async def ask(url: str) -> Step:
        answer = await client.get(f"{url}/v1/events/{event.id}/trace")
        step: Step = answer.raise_for_status().json()
        return step

    answers = await asyncio.gather(*map(ask, deployment.urls().values()))
    event.steps = [step for step in answers if step["known"]]


def _children(event: TracedEvent, met: set[str]) -> list[TracedEvent]:
    for step in event.steps:
        for identity in step["emitted"]:
            if identity not in met and len(met) < MOST_EVENTS:
                met.add(identity)
                event.children.setdefault(step["service"], []).append(TracedEvent(identity))
    return [child for children in event.children.values() for child in children]


def draw(event: TracedEvent) -> Tree:
    """Render a trace as a tree: events, then the services, then their emitted events."""
    tree = Tree(Text.assemble((event.type, "bold"), f" {event.id}"))
    if not event.steps:
        tree.add("no service knows it: it was never seen, is still on its way, or its journal row was pruned")
    for step in event.steps:
        branch = tree.add(_in_words(step))
        for child in event.children.get(step["service"], []):
            branch.add(draw(child))
    return tree


def _in_words(step: Step) -> Text:
    words = Text.assemble((step["service"], "cyan"), f" {step['outcome']}")
    if step["coalesced_into"]:
        words.append(f" into {step['coalesced_into']}")
    return words.append(f": {step['detail']}") if step["detail"] else words
