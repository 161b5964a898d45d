"""Queries of the inputs of decisions."""
