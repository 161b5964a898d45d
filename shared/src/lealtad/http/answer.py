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


CONTENT_LOCATION = "content-location"


@dataclass(frozen=True, slots=True)
class Personal:
    """Where the body of an answer, which shows personal data, can be read again.

    `address` is the path of the resource. `kept` are the members that the resource lacks, such as the id of the event:
    no personal data, so they may be stored.
    """

    address: str
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a use case answers: a body (pydantic model, or JSON values and models in lists and dicts) and a status.

    `etag` is the version of the resource that `body` shows; a caller sends it back as `If-Match`. A body with
    `personal` data is kept under no `Idempotency-Key`.
    """

    body: Any
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: int | str | None = None
    personal: Personal | None = None

    def rendered(self) -> "RenderedAnswer":
        """Return the answer as it goes over the wire."""
        return RenderedAnswer(int(self.status), self._headers(), to_json(self.body))

    def kept(self) -> "RenderedAnswer":
        """Return what an idempotency key keeps of the answer: all of it, unless it is personal."""
        if self.personal is None:
            return self.rendered()
        return RenderedAnswer(int(self.status), self._headers(), to_json(self.personal.kept))

    def _headers(self) -> dict[str, str]:
        headers = {**self.headers, "content-type": JSON}
        if self.etag is not None:
            headers["etag"] = format_etag(self.etag)
        if self.personal is not None:
            headers[CONTENT_LOCATION] = self.personal.address
        return headers


@dataclass(frozen=True, slots=True)
class RenderedAnswer:
    """An answer as it goes over the wire, or as an idempotency key keeps it."""

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
