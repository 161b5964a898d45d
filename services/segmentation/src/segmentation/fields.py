"""How a path names a segment: by id or by key."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

SegmentPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,63}$", description="Id or key", examples=["lapsing"])]


def segment_ref(text: str) -> UUID | str:
    """Return the id, or else the key, that a path names."""
    try:
        return UUID(text)
    except ValueError:
        return text
