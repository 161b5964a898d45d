"""Batches as callers send and see them."""
