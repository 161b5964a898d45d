"""Responses to offers."""
