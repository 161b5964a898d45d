"""Customers: their profiles, their consents, do-not-contact, and the permission to profile them."""
