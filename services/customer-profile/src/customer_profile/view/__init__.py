"""The 360 view: one customer, everything, in one call."""
