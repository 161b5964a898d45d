"""Write the chart's schema and README, or check that they are current."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from lealtad_local.chart.comments import comments_of
from lealtad_local.chart.readme import readme
from lealtad_local.chart.schema import schema_of

CHART = Path("deploy/kubernetes/lealtad")


def documents(chart: Path) -> Mapping[Path, str]:
    """Return the generated files of a chart, by path."""
    text = (chart / "values.yaml").read_text()
    values, comments = yaml.safe_load(text), comments_of(text)
    return {
        chart / "values.schema.json": json.dumps(schema_of(values, comments), indent=2) + "\n",
        chart / "README.md": readme(values, comments),
    }


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; return 1 where one is not current."""
    parser = argparse.ArgumentParser(prog="python -m lealtad_local.chart", description=__doc__)
    parser.add_argument("--chart", type=Path, default=CHART)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not current")
    options = parser.parse_args(arguments)
    stale = [(file, text) for file, text in documents(options.chart).items() if _text_of(file) != text]
    for file, text in stale:
        if options.check:
            sys.stderr.write(f"{file} is not current: run python -m lealtad_local.chart\n")
        else:
            file.write_text(text)
    return int(options.check and bool(stale))


def _text_of(file: Path) -> str:
    return file.read_text() if file.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
