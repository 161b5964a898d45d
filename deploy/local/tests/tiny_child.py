"""A child for supervisor tests: answers every GET with 200 on the port in TINY_PORT."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Ok(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


ThreadingHTTPServer(("127.0.0.1", int(os.environ["TINY_PORT"])), Ok).serve_forever()
