"""Whether a fact that comes again is the same fact: a digest of its content."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from pydantic import BaseModel


def fingerprint(content: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of `content` in a canonical form.

    Two contents that mean the same are equal: 1.50 and 1.5, 10:00+01:00 and 09:00Z, members in any order.
    """
    return hashlib.sha256(orjson.dumps(_canonical(content), option=orjson.OPT_SORT_KEYS)).digest()


def _canonical(value: Any) -> Any:
    match value:
        case BaseModel():
            return _canonical(dict(value))  # its own dump would turn decimals into texts
        case Mapping():
            return {str(name): _canonical(member) for name, member in value.items()}
        case list() | tuple():
            return [_canonical(member) for member in value]
        case Decimal():
            return format(value.normalize(), "f") if value else "0"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case _:
            return value
