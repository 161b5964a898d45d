"""`helm test`: the program of the test pod says which API is not ready."""

import http.server
import subprocess
import sys
import threading

import pytest

from .manifests import CHART

PROGRAM = (CHART / "files/ready.py").read_text()


class Api(http.server.BaseHTTPRequestHandler):
    """Ready under one path, failing under every other."""

    def do_GET(self):
        self.send_response(200 if self.path == "/health/ready" else 503)
        self.end_headers()

    def log_message(self, *arguments):
        """Log nothing."""


@pytest.fixture
def address():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def run(*addresses):
    program = PROGRAM.replace("DEADLINE_S = 60", "DEADLINE_S = 0")
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", program, *addresses], capture_output=True, text=True, check=False
    )


def test_it_ends_well_when_all_are_ready(address):
    done = run(f"{address}/health/ready", f"{address}/health/ready")

    assert (done.returncode, done.stdout) == (0, "2 services are ready\n")


def test_it_names_who_is_not_ready_and_why(address):
    done = run(f"{address}/health/ready", f"{address}/other", "http://127.0.0.1:9/health/ready")

    assert done.returncode == 1
    assert f"{address}/other is not ready: HTTP Error 503" in done.stdout
    assert "http://127.0.0.1:9/health/ready is not ready: " in done.stdout
    assert f"{address}/health/ready is not ready" not in done.stdout
