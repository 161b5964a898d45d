"""Write `docs/metrics.md` from the catalogue, or check that it is current."""

import argparse
import sys
from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path

from lealtad.observability.metrics import CATALOGUE, Described

ENTRY_POINTS = "lealtad.metrics"
HEAD = """# Metrics

Every process answers `/metrics` in the Prometheus text format. This page is made from the catalogue by
`python -m lealtad.observability.metrics`; do not edit it. Beside these, every process shows the usual `process_*` and
`python_*` metrics of its client library.

| metric | type | labels | meaning | declared by |
| --- | --- | --- | --- | --- |
"""


def document(metrics: Iterable[Described]) -> str:
    """Return the page for `metrics`, by declaring module and name."""
    ordered = sorted(metrics, key=lambda metric: (metric.module != "lealtad", metric.module, metric.name))
    return HEAD + "".join(_row(metric) for metric in ordered)


def main(arguments: list[str] | None = None) -> int:
    """Write or check the page; return 1 when it is not current."""
    parser = argparse.ArgumentParser(prog="python -m lealtad.observability.metrics", description=__doc__)
    parser.add_argument("--file", type=Path, default=Path("docs/metrics.md"))
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the page is not current")
    options = parser.parse_args(arguments)
    for entry_point in entry_points(group=ENTRY_POINTS):
        entry_point.load()
    page = document(CATALOGUE.values())
    if not options.check:
        options.file.write_text(page)
        return 0
    if options.file.exists() and options.file.read_text() == page:
        return 0
    sys.stderr.write(f"{options.file} is not current: run python -m lealtad.observability.metrics\n")
    return 1


def _row(metric: Described) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {metric.type} | {labels} | {metric.meaning} | {metric.module} |\n"


if __name__ == "__main__":
    sys.exit(main())
