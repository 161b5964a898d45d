"""Customers: who they are, what they consented to, and how other systems call them."""
