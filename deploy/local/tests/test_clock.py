from datetime import UTC, datetime
from pathlib import Path

import psutil

from lealtad.clock import StackClock
from lealtad_local import clock
from lealtad_local.home import Home

NOON = datetime(2011, 3, 1, 12, tzinfo=UTC)


def test_the_clock_is_read_any_number_of_times_without_keeping_files_open(tmp_path: Path) -> None:
    home = Home(tmp_path)
    StackClock.write(home.clock, NOON)
    before = psutil.Process().num_fds()
    for _ in range(20):
        assert clock.read(home) == NOON
    assert psutil.Process().num_fds() == before
