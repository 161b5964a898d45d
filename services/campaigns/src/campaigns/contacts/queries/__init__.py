"""Queries of contacts."""
