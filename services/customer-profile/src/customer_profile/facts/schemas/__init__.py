"""Requests and resources of facts."""
