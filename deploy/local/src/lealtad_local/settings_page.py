"""Write `docs/settings.md` from the settings classes of the services, or check that it is current."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from lealtad.registry import deployables
from lealtad.settings import ProcessSettings, ServiceSettings

HEAD = """# Settings

What a process of a service reads from its environment. This page is made from the settings classes by
`python -m lealtad_local.settings_page`; do not edit it. Sizes are in bytes, times in the unit that the name ends with.

A variable `LEALTAD_...` that no setting of the service reads is an error at the start, which names the nearest one.
What Kubernetes adds for the Services of a namespace is passed over.

| process | required | to be set where the defaults do not fit |
| --- | --- | --- |
| `api` | database (where the service has one), secret | `LEALTAD_HOST`, `LEALTAD_PORT`, `LEALTAD_KAFKA_BOOTSTRAP` |
| `worker` | database, secret | `LEALTAD_KAFKA_BOOTSTRAP`; `LEALTAD_INSTANCE`, its own for each worker |
| `rebuild`, `adopt-restore`, `republish` | database, secret | as the worker |
| `migrate`, `token` | database, secret | |
| `check --process NAME` | as that process | as that process |
| `python -m lealtad.kafka.topics` | | `LEALTAD_KAFKA_BOOTSTRAP`, and those of topics |

Database and secret are `LEALTAD_DATABASE_URL` and `LEALTAD_TOKEN_SECRET`.

**Connections.** An API opens up to `LEALTAD_DATABASE_POOL` + 1 connections to PostgreSQL, a worker one more.
`LEALTAD_DATABASE_PROCESSES` tells how many processes of all services share the server. That number times
(`LEALTAD_DATABASE_POOL` + 2) is compared with what `max_connections` leaves. Where it is more, `check`
warns, and so does each process at its start (`connections_may_run_out` in its log).

| variable | meaning | default | read by |
| --- | --- | --- | --- |
"""


def document(settings: Mapping[str, type[ProcessSettings]]) -> str:
    """Render the page for the settings class of each service, the shared variables first."""
    readers = dict.fromkeys(ServiceSettings.model_fields, "all with a database")
    readers |= dict.fromkeys(ProcessSettings.model_fields, "all")
    rows = [_row(name, field, readers[name]) for name, field in ServiceSettings.model_fields.items()]
    for service, own in settings.items():
        rows += [_row(name, own.model_fields[name], service) for name in own.model_fields if name not in readers]
    return HEAD + "".join(rows)


def main(arguments: list[str] | None = None) -> int:
    """Write or check the page; return 1 where it is not current."""
    parser = argparse.ArgumentParser(prog="python -m lealtad_local.settings_page", description=__doc__)
    parser.add_argument("--file", type=Path, default=Path("docs/settings.md"))
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the page is not current")
    options = parser.parse_args(arguments)
    page = document({each.name: each.load().settings for each in deployables()})
    if not options.check:
        options.file.write_text(page)
        return 0
    if options.file.exists() and options.file.read_text() == page:
        return 0
    sys.stderr.write(f"{options.file} is not current: run python -m lealtad_local.settings_page\n")
    return 1


def _row(name: str, field: FieldInfo, reader: str) -> str:
    if not field.description:
        raise ValueError(f"{name} has no description")
    return f"| `LEALTAD_{name.upper()}` | {field.description} | {_default(field)} | {reader} |\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "none: required"
    value = field.default
    if value is None or isinstance(value, SecretStr):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    sys.exit(main())
