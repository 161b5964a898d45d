"""The digest of a fact's content, which tells whether a fact that is sent again is the same."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson


def fingerprint(content: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of `content` in a canonical form.

    Values may be texts, whole numbers, decimals, ids, times with a zone, and lists, mappings and models of them. A
    member must always be of the same kind. Contents of the same meaning have the same digest: 1.50 and 1.5, 10:00+01:00
    and 09:00Z, members and the items of lists in any order.
    """
    return hashlib.sha256(orjson.dumps(_canonical(content), option=orjson.OPT_SORT_KEYS)).digest()


def _canonical(value: Any) -> Any:
    # The most frequent kinds first: this runs for every value of every fact.
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, list | tuple):
        return sorted((_canonical(member) for member in value), key=_sort_key)
    if isinstance(value, UUID):
        return str(value)
    # A model's own dump would turn decimals into texts.
    return {name: _canonical(member) for name, member in dict(value).items()}


def _sort_key(member: Any) -> bytes:
    return orjson.dumps(member, option=orjson.OPT_SORT_KEYS)
