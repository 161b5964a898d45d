"""Messages of failed requests, in the words of the service."""

from __future__ import annotations

import httpx


def in_words(error: Exception) -> str:
    """Render the failure; for a refused request, the advice of its problem document."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"{error.request.url.copy_with(query=None)}: {_refusal(error.response)}"
    if isinstance(error, httpx.RequestError):
        return f"{error.request.url.copy_with(query=None)} does not answer: {error or type(error).__name__}"
    return str(error) or type(error).__name__


def _refusal(answer: httpx.Response) -> str:
    """Return title, detail and each invalid value, or only the status without a problem document."""
    if not answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        return f"{answer.status_code} {answer.reason_phrase}"
    problem = answer.json()
    wrong = [f"\n  {_invalid(error)}" for error in problem.get("errors", [])]
    return f"{problem['title']}. {problem['detail']}{''.join(wrong)}"


def _invalid(error: dict[str, str]) -> str:
    hint = error.get("hint")
    return f"{error['pointer']} {error['message']}{f' ({hint})' if hint else ''}"
