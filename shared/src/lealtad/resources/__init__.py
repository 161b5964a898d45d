"""What managers keep under keys: listed by cursor, created, changed under its ETag, retired, every version kept."""

from lealtad.resources.resource import Resource
from lealtad.resources.versioned import VersionedResource

__all__ = ["Resource", "VersionedResource"]
