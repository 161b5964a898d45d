"""Answers of commands and queries, and their rendering as HTTP responses."""

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
    """The address at which the body of an answer with personal data can be read again.

    `address` is the path of the resource. `kept` are the members that the resource lacks, such as the id of the event.
    They hold no personal data, so they may be stored.
    """

    address: str
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a command or query: a body (a model, or lists and dicts of JSON values and models) and a status.

    `etag` is the version of the resource in `body`; a caller sends it back as `If-Match`. A body with `personal` data
    is stored under no `Idempotency-Key`.
    """

    body: Any
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: int | str | None = None
    personal: Personal | None = None

    def rendered(self) -> "RenderedAnswer":
        """Return the answer in the form that is sent."""
        return RenderedAnswer(int(self.status), self._headers(), to_json(self.body))

    def kept(self) -> "RenderedAnswer":
        """Return the part of the answer that an idempotency key stores: all of it, unless it is personal."""
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
    """An answer in the form that is sent, or that an idempotency key stores."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, response: Response) -> "RenderedAnswer":
        """Return the content of `response` without its length, which is computed again."""
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        return cls(response.status_code, headers, bytes(response.body))

    def response(self, **extra_headers: str) -> Response:
        """Return the HTTP response."""
        return Response(self.body, self.status, headers={**self.headers, **extra_headers})


def as_answer(result: Answer | BaseModel) -> Answer:
    """Return `result`, wrapped if it is a bare model."""
    return result if isinstance(result, Answer) else Answer(result)
