"""Schemas and columns that the tables of every service use."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, Numeric

DERIVED = "derived"
"""The schema of rows that are folded from events; a rebuild folds them again."""

OWNED = "owned"
"""The schema of rows that only this service knows."""

AMOUNT = Numeric(18, 4)
"""An amount of money. Its currency is that of the deployment, or stands in a column beside it."""

SUM = Numeric(28, 4)
"""A sum of amounts: ten thousand million of the largest ones have room in it."""


def moment(name: str, **options: Any) -> Column[datetime]:
    """Return a column for a time with its zone."""
    return Column(name, DateTime(timezone=True), **options)
