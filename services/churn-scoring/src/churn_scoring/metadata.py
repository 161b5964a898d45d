"""The one `MetaData` of the service, and columns that several features use."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, Numeric

from lealtad.db import metadata

METADATA = metadata()
DERIVED = "derived"
OWNED = "owned"
AMOUNT = Numeric(18, 4)
HOT_ROWS = {"fillfactor": "70"}
"""Room for updates in place, for tables whose rows change with every event of a customer."""


def moment(name: str, **options: Any) -> Column[datetime]:
    """Return a column that holds a time with its zone."""
    return Column(name, DateTime(timezone=True), **options)
