"""The one `MetaData` of the service; the `models.py` of every feature adds its tables."""

from lealtad.db import metadata

METADATA = metadata()
