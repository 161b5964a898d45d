"""Queries of what decisions are made from."""
