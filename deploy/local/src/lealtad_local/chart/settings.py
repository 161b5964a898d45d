"""Which settings a user of the chart may set, from the settings classes of the services."""

from __future__ import annotations

from typing import Any

from lealtad.registry import deployables
from lealtad.settings import PREFIX, ProcessSettings

GIVEN = {
    "clock_file",
    "database_url",
    "host",
    "http_root_path",
    "instance",
    "kafka_bootstrap",
    "port",
    "shutdown_s",
    "token_secret",
    "topic_partitions",
    "topic_prefix",
    "topic_replication",
    "allow_unreplicated_topics",
}
"""Settings that the templates give from values of their own, and the clock of a demo."""


def settings_of(deployable: str) -> type[ProcessSettings]:
    """Return the settings class of a deployable."""
    return next(each for each in deployables() if each.name == deployable).load().settings


def plain(settings: type[ProcessSettings]) -> dict[str, Any]:
    """Return the schemas of the settings that may stand in values, by variable."""
    properties = settings.model_json_schema()["properties"]
    return {
        variable_of(name): _without_null(schema)
        for name, schema in properties.items()
        if name not in GIVEN and not _is_secret(schema)
    }


def from_secrets(settings: type[ProcessSettings]) -> list[str]:
    """Return the variables that may come from a Secret."""
    return sorted(variable_of(name) for name in settings.model_fields if name not in GIVEN)


def variable_of(name: str) -> str:
    """Return the variable of a setting."""
    return PREFIX + name.upper()


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value that is set: one that is not set is left out of the values."""
    kept = {key: value for key, value in schema.items() if key not in {"title", "default", "anyOf"}}
    allowed = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    return {**kept, **(allowed[0] if allowed else {})}


def _is_secret(schema: dict[str, Any]) -> bool:
    return "writeOnly" in schema or any("writeOnly" in each for each in schema.get("anyOf", []))
