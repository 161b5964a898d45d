"""Health probes over HTTP."""

from __future__ import annotations

import http.client
import json
from http import HTTPStatus

from lealtad_local.ports import HOST

TIMEOUT_S = 2


def answers_ok(port: int, path: str) -> bool:
    """Return true when 127.0.0.1:`port` answers GET `path` with 200 within two seconds."""
    return _answer(port, path)[0] == HTTPStatus.OK


def is_ready_or_held(port: int) -> bool:
    """Return true when the process at `port` is ready, or waits only for a person to mend its database.

    A held process waits for `lealtad adopt-restore`: a restart does not help, and the others go on.
    """
    status, body = _answer(port, "/health/ready")
    if status != HTTPStatus.SERVICE_UNAVAILABLE:
        return status == HTTPStatus.OK
    try:
        return set(json.loads(body)["failures"]) == {"restore"}
    except (ValueError, KeyError, TypeError):
        return False


def _answer(port: int, path: str) -> tuple[int | None, bytes]:
    connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return None, b""
    finally:
        connection.close()
