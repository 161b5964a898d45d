"""Propensities learned from responses."""
