"""Ports of servers that are yet to listen."""

import subprocess
import sys

import pytest

from lealtad_local import ports


def test_no_two_servers_are_given_one_port_before_either_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_PORTS", range(31_000, 31_020))
    given: list[int] = []
    with pytest.raises(RuntimeError, match="between 31000 and 31019"):
        while len(given) <= 20:
            given.append(ports.free_port())
    assert len(given) == len(set(given)) > 0


def test_a_port_that_was_given_to_one_process_is_not_given_to_another_until_it_ends() -> None:
    code = "from lealtad_local.ports import free_port; print(free_port(), flush=True); input()"
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin
        assert other.stdout
        port = int(other.stdout.readline())
        assert ports.is_free(port)
        assert not ports.claim(port)
        other.stdin.close()
        other.wait(30)
    assert ports.claim(port)


def test_a_port_may_be_claimed_again_by_the_process_that_has_it() -> None:
    port = ports.free_port()
    assert ports.claim(port)
