"""Make `values.schema.json`: no value that the templates do not read, no setting that no process knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lealtad.settings import ProcessSettings, ServiceSettings
from lealtad_local.chart.comments import Comment, Path
from lealtad_local.chart.settings import from_secrets, plain, settings_of
from lealtad_local.services import DEPLOYABLES, Service

TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}

QUANTITY = {"type": ["string", "integer"], "pattern": "^[0-9]+(\\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$"}
NAMED = {"type": "string", "minLength": 1}


class UnknownTypeError(ValueError):
    """A value whose default does not tell what is allowed, and whose comment does not either."""


def schema_of(values: Mapping[str, Any], comments: Mapping[Path, Comment]) -> dict[str, Any]:
    """Return the schema of the chart's values; raise UnknownTypeError where a comment has to say more."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Values of the chart lealtad",
        **_object(values, comments, ()),
        "$defs": definitions(),
    }


def definitions() -> dict[str, Any]:
    """Return the schemas that comments refer to."""
    return {
        "quantity": QUANTITY,
        "resources": _closed({"requests": _closed(_amounts()), "limits": _closed(_amounts())}),
        "peers": {"type": "array", "items": _closed({name: {"type": "object"} for name in _PEERS})},
        "ports": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 1, "maximum": 65535}},
        "spread": {
            **_closed(
                {
                    "topologyKey": NAMED,
                    "whenUnsatisfiable": {"enum": ["ScheduleAnyway", "DoNotSchedule"]},
                    "maxSkew": {"type": "integer", "minimum": 1},
                }
            ),
            "required": ["topologyKey", "whenUnsatisfiable"],
        },
        "parentRef": {
            **_closed({"name": NAMED, "namespace": NAMED, "sectionName": NAMED}),
            "required": ["name"],
        },
        "setting": {"type": "object", "properties": _plain_of_all()},
        "sharedSettings": {"enum": sorted(plain(ServiceSettings))},
        "sharedSecrets": {"enum": from_secrets(ServiceSettings)},
        "reference": {**_closed({"secret": NAMED, "key": NAMED}), "required": ["secret", "key"]},
        "settings": _settings([]),
        "settingsFrom": _references([]),
        "services": _closed({each.name: _closed(service_properties(each)) for each in DEPLOYABLES}),
    }


_PEERS = ("ipBlock", "namespaceSelector", "podSelector")


DATABASE = {
    "existingSecret": {
        **NAMED,
        "description": "Existing Secret: the URL of the database, or name and password of its role.",
    },
    "name": {**NAMED, "description": "Name of the database, where `postgresql.host` is set."},
}


def service_properties(service: Service) -> dict[str, Any]:
    """Return the schemas of what a service has of its own; one without a stream has neither database nor workers."""
    settings = settings_of(service.name)
    own = sorted(plain(settings).keys() - plain(ServiceSettings).keys())
    own_secrets = sorted(set(from_secrets(settings)) - set(from_secrets(ServiceSettings)))
    database = {**_closed(DATABASE), "required": sorted(DATABASE)}
    worker = {"$ref": "#/properties/worker", "description": "What differs from the defaults in `worker`."}
    return {
        **({"database": database, "worker": worker} if service.has_stream else {}),
        "api": {"$ref": "#/properties/api", "description": "What differs from the defaults in `api`."},
        "settings": {**_settings(own), "description": "Settings of this service; they come before `settings`."},
        "settingsFrom": {
            **_references(own_secrets),
            "description": "Settings of this service from existing Secrets; they come before `settingsFrom`.",
        },
    }


def _plain_of_all() -> dict[str, Any]:
    """Return the schemas of all settings that may stand in values, the shared ones and those of single services."""
    classes: tuple[type[ProcessSettings], ...] = (
        ServiceSettings,
        *(settings_of(service.name) for service in DEPLOYABLES),
    )
    return {variable: schema for settings in classes for variable, schema in plain(settings).items()}


def _settings(own: list[str]) -> dict[str, Any]:
    """Return the schema of values by variable: shared ones, and `own` of one service."""
    names: dict[str, Any] = {"$ref": "#/$defs/sharedSettings"}
    return {
        "type": "object",
        "allOf": [{"$ref": "#/$defs/setting"}],
        "propertyNames": {"anyOf": [names, {"enum": own}]} if own else names,
    }


def _references(own: list[str]) -> dict[str, Any]:
    """Return the schema of references to Secrets by variable: shared ones, and `own` of one service."""
    names: dict[str, Any] = {"$ref": "#/$defs/sharedSecrets"}
    return {
        "type": "object",
        "propertyNames": {"anyOf": [names, {"enum": own}]} if own else names,
        "additionalProperties": {"$ref": "#/$defs/reference"},
    }


def _amounts() -> dict[str, Any]:
    return dict.fromkeys(("cpu", "memory"), QUANTITY)


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": dict(properties)}


def _object(values: Mapping[str, Any], comments: Mapping[Path, Comment], path: Path) -> dict[str, Any]:
    return _closed({name: _value(value, comments, (*path, name)) for name, value in values.items()})


def _value(value: Any, comments: Mapping[Path, Comment], path: Path) -> dict[str, Any]:
    comment = comments[path]
    described = {"description": comment.meaning} if comment.meaning else {}
    if comment.schema:
        return {**comment.schema, **described}
    if isinstance(value, dict) and value:
        return {**_object(value, comments, path), **described}
    if type(value) not in TYPES:
        raise UnknownTypeError(f"{'.'.join(path)}: say by `# @schema {{…}}` what is allowed")
    return {"type": TYPES[type(value)], **described}
