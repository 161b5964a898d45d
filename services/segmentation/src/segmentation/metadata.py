"""The one `MetaData` of the service; every feature's `models.py` adds its tables to it."""

from lealtad.db import metadata

METADATA = metadata()
