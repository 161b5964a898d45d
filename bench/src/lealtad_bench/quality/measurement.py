"""The measurement of all cuts."""

import time
from collections.abc import Sequence
from functools import cache

from lealtad_bench.quality.replay import measure_cut
from lealtad_bench.quality.report import QualityReport
from lealtad_bench.quality.shops import CUTS, MissingDataError, timelines
from lealtad_bench.report import Machine


def measure_quality(only: Sequence[str] | None = None) -> QualityReport:
    """Return the figures of the cuts named by `only`, or of all; cuts without data are reported as missing."""
    began, machine, customers = time.perf_counter(), Machine.this(), cache(timelines)
    cuts, missing = {}, {}
    for cut in CUTS:
        if only and cut.name not in only:
            continue
        try:
            cuts[cut.name] = measure_cut(cut, customers(cut.shop))
        except MissingDataError as error:
            missing[cut.name] = str(error)
    return QualityReport(machine=machine, seconds=time.perf_counter() - began, cuts=cuts, missing=missing)
