"""Schemas and columns that the tables of every service use."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, Numeric

DERIVED = "derived"
"""What is folded from events, and can be folded again."""

OWNED = "owned"
"""What only this service knows."""

AMOUNT = Numeric(18, 4)
"""An amount of money; its currency is the deployment's or a column beside it."""


def moment(name: str, **options: Any) -> Column[datetime]:
    """Return a column that holds a time with its zone."""
    return Column(name, DateTime(timezone=True), **options)
