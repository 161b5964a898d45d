"""Customers and facts restored from the service's own topics, after a back-up brought the database back."""
