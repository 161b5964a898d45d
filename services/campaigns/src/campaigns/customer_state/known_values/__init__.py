"""Known values: the bands, tiers and segments that other services announced."""
