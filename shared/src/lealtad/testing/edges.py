"""Values at the limits of request fields."""

KEPT_INSTANTS = (
    "1900-01-01T00:00:00Z",
    "1900-01-01T14:00:00+14:00",
    "2199-12-31T23:59:59.999999999Z",
    "2199-12-31T09:59:59-14:00",
)
"""The first and the last instants that Lealtad keeps."""

REFUSED_INSTANTS = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00-14:00",
    "1899-12-31T23:59:59.999999Z",
    "2200-01-01T00:00:00Z",
    "9999-12-31T00:00:00Z",
    "9999-12-31T23:59:59.9999999Z",
    "9999-12-31T23:59:59-14:00",
)
"""Instants outside the range: the ends of calendars, and the placeholders of source systems."""
