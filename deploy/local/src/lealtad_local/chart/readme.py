"""Make the chart's README: its values with their meanings and defaults."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lealtad_local.chart.comments import Comment, Path
from lealtad_local.chart.schema import DATABASE, service_properties
from lealtad_local.services import DEPLOYABLES, SERVICES

HEAD = """# Chart of Lealtad

All processes of Lealtad on Kubernetes, with Kafka and PostgreSQL of your own.
[Lealtad on Kubernetes](../../../docs/guides/kubernetes.md) tells how to install, upgrade, scale and roll back.

`values.schema.json` and this page are made from `values.yaml` and the settings classes by
`python -m lealtad_local.chart`; do not edit them. Helm refuses values that the schema does not know.

| value | meaning | default |
| --- | --- | --- |
"""


class NoMeaningError(ValueError):
    """A value without a comment that says what it means."""


def readme(values: Mapping[str, Any], comments: Mapping[Path, Comment]) -> str:
    """Render the page; raise NoMeaningError for a value without a meaning."""
    return HEAD + "".join(_rows(values, comments, ()))


def _rows(values: Mapping[str, Any], comments: Mapping[Path, Comment], path: Path) -> Iterator[str]:
    for name, value in values.items():
        here = (*path, name)
        if here == ("services",):
            yield _row("services", comments[here].meaning, [each.name for each in DEPLOYABLES])
            yield from _service_rows()
        elif isinstance(value, dict) and value and not comments[here].schema:
            yield from _rows(value, comments, here)
        elif comments[here].meaning:
            yield _row(".".join(here), comments[here].meaning, value)
        else:
            raise NoMeaningError(f"{'.'.join(here)} has no meaning: write it into the line above")


def _service_rows() -> Iterator[str]:
    """Render what each service has; the database's values differ from service to service."""
    for name, schema in DATABASE.items():
        yield f"| `services.<name>.database.{name}` | {schema['description']} | by service |\n"
    for name, schema in service_properties(SERVICES[0]).items():
        if name != "database":
            yield _row(f"services.<name>.{name}", schema["description"], {})


def _row(name: str, meaning: str, default: Any) -> str:
    return f"| `{name}` | {meaning} | `{json.dumps(default)}` |\n"
