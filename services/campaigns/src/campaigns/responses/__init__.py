"""Responses to offers, and the confirmation of contacts, which presents an offer."""
