"""Queries of contacts."""

from campaigns.contacts.queries.contacts import list_contacts

__all__ = ["list_contacts"]
