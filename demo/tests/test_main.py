from datetime import UTC, datetime
from pathlib import Path

import pytest

from lealtad_demo.main import arguments, require_disposable
from lealtad_local.errors import StackError
from lealtad_local.home import Home
from lealtad_local.state import Options, Phase, StackState


def a_home(tmp_path, **options):
    home = Home(tmp_path / "home")
    home.create()
    home.postgres.mkdir()
    StackState(phase=Phase.STOPPED, options=Options(**options)).save(home)
    return home


def test_by_default_120_days_are_replayed_and_the_stack_stays_up():
    asked = arguments([])
    assert (asked.days, asked.ends, asked.report) == (120, False, None)


def test_all_days_an_end_and_a_report_may_be_asked_for():
    asked = arguments(["--all", "--exit", "--report", "figures.json"])
    assert (asked.days, asked.ends, asked.report) == (None, True, Path("figures.json"))


@pytest.mark.parametrize("argv", [["--days", "0"], ["--days", "some"], ["--days", "3", "--all"], ["--unknown"]])
def test_what_makes_no_sense_is_refused_with_the_usage(argv, capsys):
    with pytest.raises(SystemExit):
        arguments(argv)
    assert "usage: lealtad demo" in capsys.readouterr().err


def test_a_stack_of_the_users_own_is_not_emptied(tmp_path):
    with pytest.raises(StackError, match="--wipe"):
        require_disposable(a_home(tmp_path))


def test_the_stack_of_an_earlier_demo_or_none_may_be_emptied(tmp_path):
    require_disposable(a_home(tmp_path, clock=datetime(2010, 12, 1, tzinfo=UTC)))
    require_disposable(Home(tmp_path / "nothing"))
