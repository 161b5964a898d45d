"""A service for tests of the stack: `python -m <package> api | worker | migrate` with the real environment contract.

Migrating marks the database; the other processes are ready only with that mark, so that a wrong order shows.
"""

import asyncio
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import asyncpg

DATABASE = os.environ["LEALTAD_DATABASE_URL"]
PROGRESS = {
    "now": "2011-03-01T09:00:00+00:00",
    "outbox": {"rows": 0, "oldest_s": None},
    "due": {"rescore": 0},
    "pending_reactions": 0,
    "dead_letters": 0,
    "positions": {"activity/0": 7},
    "lag": {"activity/0": 0},
    "paused": ["activity/3"],
    "held": None,
    "settled": True,
}
LETTER = {
    "id": "0199",
    "topic": "lealtad.activity",
    "partition": 0,
    "offset": 7,
    "reason": "unknown currency",
    "stored_at": "2011-03-01T09:00:00Z",
    "replayed_at": None,
    "discarded_at": None,
}
PROBLEM = {
    "title": "The request is not valid",
    "detail": "Correct the values.",
    "errors": [{"pointer": "event_id", "message": "is not a UUID"}],
}
UNKNOWN = {"title": "There is no such dead letter", "detail": "List them."}
EMITTED = {"fact": {"customer-profile": ["event"]}, "event": {"segmentation": ["fact", "unread"]}}


async def run(statement: str) -> object:
    connection = await asyncpg.connect(DATABASE, timeout=10)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def trace(event_id: str) -> dict[str, object]:
    service = (__package__ or "").replace("_", "-")
    emitted = EMITTED.get(event_id, {}).get(service)
    step = {"outcome": "applied", "detail": None, "coalesced_into": None, "type": f"a {event_id}"}
    return {"service": service, "known": emitted is not None, "emitted": emitted or [], **step}


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/progress":
            self.answer(PROGRESS)
        elif self.path.endswith("/malformed/trace"):
            self.answer(PROBLEM, 422, "application/problem+json")
        elif self.path.endswith("/trace"):
            self.answer(trace(self.path.split("/")[3]))
        elif self.path == f"/v1/dead-letters/{LETTER['id']}":
            self.answer(LETTER)
        elif self.path.startswith("/v1/dead-letters/"):
            self.answer(UNKNOWN, 404, "application/problem+json")
        elif self.path.startswith("/v1/dead-letters"):
            self.answer({"items": [LETTER], "next_cursor": None})
        else:
            self.answer({"authorised": self.headers["Authorization"]})

    def do_POST(self) -> None:
        self.answer({})

    def answer(self, body: object, status: int = 200, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


if sys.argv[1] == "migrate":
    asyncio.run(run("CREATE TABLE IF NOT EXISTS migrated ()"))
else:
    asyncio.run(run("SELECT count(*) FROM migrated"))
    address = (os.environ["LEALTAD_HOST"], int(os.environ["LEALTAD_PORT"]))
    ThreadingHTTPServer(address, Answers).serve_forever()
