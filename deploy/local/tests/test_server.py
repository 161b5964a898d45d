"""Ports of servers that are yet to listen."""

import pytest

from lealtad_local import server


def test_no_two_servers_are_given_one_port_before_either_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_PORTS", range(31_000, 31_020))
    given: list[int] = []
    with pytest.raises(RuntimeError, match="between 31000 and 31019"):
        while len(given) <= 20:
            given.append(server.free_port())
    assert len(given) == len(set(given)) > 0
