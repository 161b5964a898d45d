"""Messages of failed requests, in the words of the service."""

from __future__ import annotations

import httpx


def in_words(error: Exception) -> str:
    """Render the failure; for a refused request, the advice of its problem document."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"{error.request.url.copy_with(query=None)}: {_refusal(error.response)}"
    if isinstance(error, httpx.RequestError):
        return f"{error.request.url.copy_with(query=None)} does not answer: {_cause(error)}"
    return str(error) or type(error).__name__


def _cause(error: httpx.RequestError) -> str:
    text = str(error) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return f"its certificate is not trusted ({text}). Give the certificate of its authority: --ca FILE"
    return text


def _refusal(answer: httpx.Response) -> str:
    """Return title, detail and each invalid value, or the status where no service of Lealtad answered."""
    if answer.has_redirect_location:
        return f"{answer.status_code} leads to {answer.headers['Location']}: give the address that answers itself"
    if not answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        return f"{answer.status_code} {answer.reason_phrase}, from what is no service of Lealtad"
    problem = answer.json()
    wrong = [f"\n  {_invalid(error)}" for error in problem.get("errors", [])]
    return f"{problem['title']}. {problem['detail']}{''.join(wrong)}"


def _invalid(error: dict[str, str]) -> str:
    hint = error.get("hint")
    return f"{error['pointer']} {error['message']}{f' ({hint})' if hint else ''}"
