"""Digest of a request, by which a repeated request is recognised."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

UNKNOWN_CONTENT = b""
"""Fingerprint of a case that was restored from its events, which do not hold the source's request."""


def fingerprint(content: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of JSON values in a canonical form, independent of the order of members."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()
