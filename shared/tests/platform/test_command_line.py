from dataclasses import replace

import pytest

from lealtad.app.main import main

from .echo import ECHO


def train() -> int:
    """Train models."""
    return 3


def test_the_help_names_every_process_with_what_it_does(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(replace(ECHO, commands={"train": train}), ["--help"])
    shown = capsys.readouterr().out
    for process in ("api", "worker", "migrate", "rebuild", "adopt-restore", "republish"):
        assert f"\n    {process}" in shown
    assert "answer HTTP requests" in shown
    assert "Train models" in shown


def test_a_command_of_the_service_itself_is_run():
    assert main(replace(ECHO, commands={"train": train}), ["train"]) == 3
