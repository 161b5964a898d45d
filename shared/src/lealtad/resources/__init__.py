"""Resources of managers: listed by cursor, created, changed under an ETag, retired; every version stays readable."""

from lealtad.resources.resource import Resource
from lealtad.resources.versioned import VersionedResource

__all__ = ["Resource", "VersionedResource"]
