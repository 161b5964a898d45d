"""Kinds of facts: one descriptor in one module for each kind, and the registry of all of them."""
