"""The `MetaData` of the service, to which every feature's `models.py` adds its tables."""

from lealtad.db import metadata

METADATA = metadata()
