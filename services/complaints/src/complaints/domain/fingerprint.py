"""Whether a case that comes again is the same case: a digest of what its source said."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson


def fingerprint(content: Mapping[str, Any]) -> bytes:
    """Answer the SHA-256 of JSON values in a canonical form: members in any order mean the same."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()
