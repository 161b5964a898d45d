"""Ports of 127.0.0.1 for servers that are yet to listen: no two processes of one user are given the same."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

HOST = "127.0.0.1"
_PORTS = range(20_000, 32_000)
_given: set[int] = set()
"""Ports that `free_port` returned in this process."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that is free at this moment, and claim it.

    It lies below the range that outgoing connections take theirs from (32768 up on Linux), so that none of them
    holds it when a server comes back after a crash. Raises `RuntimeError` when there is none.
    """
    candidates = random.SystemRandom().sample(_PORTS, k=len(_PORTS))
    port = next((port for port in candidates if port not in _given and claim(port)), None)
    if port is None:
        raise RuntimeError(f"no TCP port of {HOST} between {_PORTS.start} and {_PORTS.stop - 1} is free")
    _given.add(port)
    return port


def claim(port: int) -> bool:
    """Claim a port for this process as long as it lives; False where it is in use, or claimed by another process.

    Whoever was given a port may not listen there yet. Of two stacks that start side by side and draw thirteen of
    12,000 ports each, one pair in seventy would meet.
    """
    try:
        fcntl.lockf(_claims(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return is_free(port)


@cache
def _claims() -> int:
    """Open the file in which each byte stands for a port: the kernel gives its lock back when this process ends."""
    file = Path(tempfile.gettempdir()) / f"lealtad-ports-{os.getuid()}"
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def is_free(port: int) -> bool:
    """Say whether a server could listen on this port of 127.0.0.1 now."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
