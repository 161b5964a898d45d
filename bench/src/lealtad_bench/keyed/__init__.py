"""Purchases with an `Idempotency-Key` beside purchases without one, in one run."""
