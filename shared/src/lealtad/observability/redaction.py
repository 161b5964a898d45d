"""Redaction of personal data and secrets in logs."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import structlog

MASK = "[masked]"

PERSONAL_KEYS = re.compile(
    r"""(^|_)(
        name|given|surname|e?mail|phone|mobile|fax|document|passport|tax_id|address|street|postcode|postal_code|zip
        |birth|birth_date|birthday|ip|text|comment|comments|note|notes|description|subject_line|body|content|message
        |external_id|ref|reference|token|secret|password|authorization|cookie|headers|params|parameters|query|payload
    )$""",
    re.VERBOSE | re.IGNORECASE,
)
"""Keys whose last word suggests personal data, free text, or a secret."""

_EMAIL = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+\.[^\s@<>\"'(),;:]+")
_CREDENTIALS_IN_URL = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]*(?=@)")


def redact(_logger: Any, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Mask, as a structlog processor, values under personal keys, and e-mail addresses and credentials in any text."""
    return {key: MASK if _is_personal(key) else _clean(value) for key, value in event.items()}


@lru_cache(maxsize=4096)  # log lines have few keys, and every line is checked
def _is_personal(key: str) -> bool:
    return bool(PERSONAL_KEYS.search(key))


def redact_text(text: str) -> str:
    """Return `text` with e-mail addresses, and user and password in URLs, masked."""
    if "@" not in text:
        return text
    return _EMAIL.sub(MASK, _CREDENTIALS_IN_URL.sub(MASK, text))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {key: MASK if _is_personal(str(key)) else _clean(nested) for key, nested in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(nested) for nested in value]
    return value
