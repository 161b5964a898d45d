"""CPU time and memory of processes, each with its unnamed child processes."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

import psutil

MIB = 1 << 20

Processes = Mapping[str, psutil.Process]
"""Processes by displayed name."""


def cpu_seconds(processes: Processes) -> dict[str, float]:
    """Return the CPU time (user and system) of each process so far, ended children included."""
    return {name: sum(map(_cpu, family)) for name, family in _families(processes).items()}


def cpu_ms_each(before: Mapping[str, float], after: Mapping[str, float], purchases: int) -> dict[str, float]:
    """Return the milliseconds of CPU per purchase between two readings, by process and in `total`."""
    spent = {name: (after[name] - before.get(name, 0.0)) * 1000 / purchases for name in after}
    return {name: round(value, 3) for name, value in {**spent, "total": sum(spent.values())}.items()}


def memory_mib(processes: Processes) -> dict[str, float]:
    """Return the memory in MiB, by process and in `total`.

    The proportional set size: memory that several processes share (PostgreSQL's buffers, libraries) counts once.
    """
    sizes = {name: sum(map(_memory, family)) / MIB for name, family in _families(processes).items()}
    return {name: round(value, 1) for name, value in {**sizes, "total": sum(sizes.values())}.items()}


def _families(processes: Processes) -> dict[str, list[psutil.Process]]:
    named = {process.pid for process in processes.values()}
    return {name: [process, *_unnamed_below(process, named)] for name, process in processes.items()}


def _unnamed_below(process: psutil.Process, named: set[int]) -> Iterator[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        for child in process.children():
            if child.pid not in named:
                yield child
                yield from _unnamed_below(child, named)


def _cpu(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        used = process.cpu_times()
        return float(used.user + used.system + used.children_user + used.children_system)
    return 0.0


def _memory(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_full_info().pss)
    return 0
