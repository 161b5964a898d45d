"""What a use case answers, and how it becomes an HTTP response."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import Response
from pydantic import BaseModel
from pydantic_core import to_json

from lealtad.http.etag import format_etag

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a use case answers: a body (pydantic model, or JSON values and models in lists and dicts) and a status.

    `etag` is the version of the resource that `body` shows; a caller sends it back as `If-Match`.
    """

    body: Any
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: int | str | None = None

    def rendered(self) -> "RenderedAnswer":
        """Return the answer as it goes over the wire."""
        headers = {**self.headers, "content-type": JSON}
        if self.etag is not None:
            headers["etag"] = format_etag(self.etag)
        return RenderedAnswer(int(self.status), headers, to_json(self.body))


@dataclass(frozen=True, slots=True)
class RenderedAnswer:
    """An answer as it goes over the wire, and as an idempotency key keeps it."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, response: Response) -> "RenderedAnswer":
        """Return what `response` would send, without its length, which is counted anew."""
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        return cls(response.status_code, headers, bytes(response.body))

    def response(self, **extra_headers: str) -> Response:
        """Return the HTTP response."""
        return Response(self.body, self.status, headers={**self.headers, **extra_headers})


def as_answer(result: Answer | BaseModel) -> Answer:
    """Return `result`, wrapped if it is a bare model."""
    return result if isinstance(result, Answer) else Answer(result)
