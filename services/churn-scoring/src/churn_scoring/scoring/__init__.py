"""Scores: evaluated when facts come or time is due, announced when they change, ranked and explained."""
