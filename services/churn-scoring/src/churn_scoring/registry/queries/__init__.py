"""Queries of stored models, and of the release in force with its policy and model."""
