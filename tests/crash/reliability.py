"""Write the times of a fault report into docs/guarantees.md: `python -m tests.crash.reliability REPORT PAGE`."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from pathlib import Path

from .recovery import Recovery
from .trials import MATRIX, Trial

BEGIN, END = "<!-- recovery times: begin -->", "<!-- recovery times: end -->"


def page_with(page: str, recoveries: Sequence[Recovery]) -> str:
    """Return `page` with the table of `recoveries` between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"The page has no place for the table: {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{table(recoveries)}\n{END}{after}"


def table(recoveries: Sequence[Recovery]) -> str:
    """Return a row for each cell of the matrix, in the matrix's order: seconds from the fault on."""
    found = {recovery.faults: recovery for recovery in recoveries}
    rows = [_row(trial, found.get(str(trial))) for trial in MATRIX]
    head = "| fault | purchase answered | scored | in segments | decided | case shown |"
    return "\n".join([head, "| --- | ---: | ---: | ---: | ---: | ---: |", *rows])


def _row(trial: Trial, recovery: Recovery | None) -> str:
    times: Iterable[str] = ["not run"] * 5
    if recovery:
        _, *seconds = astuple(recovery)
        times = (f"{value:.1f} s" for value in seconds)
    return f"| {trial} | {' | '.join(times)} |"


def main(report: Path, page: Path) -> None:
    """Replace the table in `page` by that of `report`."""
    recoveries = [Recovery(**each) for each in json.loads(report.read_text())]
    page.write_text(page_with(page.read_text(), recoveries))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
