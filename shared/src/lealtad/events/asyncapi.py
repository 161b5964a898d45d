"""Contracts for external readers: JSON Schemas of all event data, and an AsyncAPI 3.0 document.

`python -m lealtad.events.asyncapi` writes them to `docs/events/`, `--check` fails when they are not current.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import orjson

from lealtad.events import catalog as _catalog  # noqa: F401 - registers every type
from lealtad.events.model import CATALOG, EventData
from lealtad.events.subscriptions import READERS
from lealtad.events.topics import TOPICS, Topic

FOLDER = Path("docs/events")
HEADERS: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0 in Kafka's binary mode",
    "required": ["ce_id", "ce_type", "ce_source", "ce_time", "ce_partitionkey", "ce_sequence", "ce_correlationid"],
    "properties": {
        "content-type": {"const": "application/json"},
        "ce_specversion": {"const": "1.0"},
        "ce_id": {
            "type": "string",
            "format": "uuid",
            "description": "UUIDv7; ignore events that you have handled already",
        },
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string", "examples": ["/lealtad/churn-scoring"]},
        "ce_time": {"type": "string", "format": "date-time", "description": "Time of recording (system time)"},
        "ce_partitionkey": {"type": "string", "format": "uuid", "description": "The customer, or case or object"},
        "ce_sequence": {"type": "string", "pattern": "^[0-9]{20}$", "description": "Gap-free per topic and key"},
        "ce_correlationid": {"type": "string", "format": "uuid", "description": "The root fact"},
        "ce_causationid": {"type": "string", "format": "uuid", "description": "The last cause"},
        "ce_causationdepth": {"type": "string", "pattern": "^[0-8]$"},
        "ce_lane": {"enum": ["live", "backfill"]},
        "ce_traceparent": {"type": "string", "description": "W3C Trace Context"},
    },
}


def documents() -> dict[str, bytes]:
    """Return the files of `docs/events/` by name."""
    files = {f"schemas/{name}.json": _json(schema(model)) for name, model in sorted(CATALOG.items())}
    return {"asyncapi.json": _json(asyncapi()), **files}


def schema(model: type[EventData]) -> dict[str, Any]:
    """Return the JSON Schema of an event's serialised data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:lealtad:event:{model.type}",
        **model.model_json_schema(mode="serialization"),
    }


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document: every topic, its messages, its producer and its readers."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Lealtad events",
            "version": "1.0.0",
            "description": "Events of Lealtad's services, for one another and for other subscribers. They hold no "
            "personal data: ids and a named list of shareable attributes. Within v1 data only grow, by optional "
            "fields.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": _operations(),
        "components": {"messages": {name: _message(model) for name, model in sorted(CATALOG.items())}},
    }


def _channel(topic: Topic) -> dict[str, Any]:
    names = sorted(name for name, model in CATALOG.items() if topic in _topics_of(model))
    return {
        "address": f"lealtad.{topic.name}",
        "description": f"{topic.meaning} ({topic.kind.value})",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": {"topic": f"lealtad.{topic.name}", "bindingVersion": "0.5.0"}},
    }


def _message(model: type[EventData]) -> dict[str, Any]:
    return {
        "name": model.type,
        "title": model.__name__,
        "summary": (model.__doc__ or "").splitlines()[0],
        "headers": HEADERS,
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./schemas/{model.type}.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid"}, "bindingVersion": "0.5.0"}},
    }


def _operations() -> dict[str, Any]:
    sends = {
        f"{topic.producer}-sends-{topic.name}": _operation("send", topic, topic.producer)
        for topic in TOPICS
        if any(topic in _topics_of(model) for model in CATALOG.values())
    }
    receives = {
        f"{reader.service}-receives-{topic.name}": {
            **_operation("receive", topic, reader.service),
            "messages": [{"$ref": f"#/channels/{topic.name}/messages/{model.type}"} for model in item.types],
        }
        for reader in READERS.values()
        for item in reader.subscriptions
        for topic in _lanes_of(item.topic)
    }
    return {**sends, **receives}


def _topics_of(model: type[EventData]) -> list[Topic]:
    return _lanes_of(model.topic)


def _lanes_of(topic: Topic) -> list[Topic]:
    return [topic, topic.backfill] if topic.backfill else [topic]


def _operation(action: str, topic: Topic, service: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{topic.name}"}, "title": service}


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n"


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; return 1 when they are not current."""
    parser = argparse.ArgumentParser(prog="python -m lealtad.events.asyncapi", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not current")
    options = parser.parse_args(arguments)
    wanted = documents()
    found = {str(path.relative_to(options.folder)): path.read_bytes() for path in options.folder.rglob("*.json")}
    if options.check:
        stale = sorted(name for name in {**wanted, **found} if wanted.get(name) != found.get(name))
        if stale:
            sys.stderr.write(f"not current: {', '.join(stale)}: run python -m lealtad.events.asyncapi\n")
        return 1 if stale else 0
    for name in found.keys() - wanted.keys():
        (options.folder / name).unlink()
    for name, content in wanted.items():
        path = options.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
