"""Health probes over HTTP."""

from __future__ import annotations

import http.client
from http import HTTPStatus

from lealtad_local.server import HOST

TIMEOUT_S = 2


def answers_ok(port: int, path: str) -> bool:
    """Say whether 127.0.0.1:`port` answers GET `path` with 200 within two seconds."""
    connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
