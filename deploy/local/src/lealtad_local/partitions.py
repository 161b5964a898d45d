"""The number of partitions of each topic: chosen once, and fixed for the life of the data."""

from __future__ import annotations

from lealtad_local.errors import StackError
from lealtad_local.state import PARTITIONS, Options


def choose(options: Options, existing: int | None) -> int:
    """Return the number of partitions for a start with `options`.

    `existing` is the number in the data, None without data. Raise StackError where the options contradict it.
    """
    partitions = existing or options.partitions or PARTITIONS
    if options.partitions not in (None, partitions):
        raise StackError(
            f"The topics of this stack have {partitions} partitions each, and the number is fixed for their life. "
            f"Keep it (no --partitions), or begin with empty data: lealtad up --fresh --partitions {options.partitions}"
        )
    if options.workers > partitions:
        raise StackError(
            f"{options.workers} workers of a service cannot share {partitions} partitions: some would have nothing to "
            f"read. Begin with empty data and more partitions: lealtad up --fresh --workers {options.workers} "
            f"--partitions {options.workers}"
        )
    return partitions
