"""Copies of customers in other services: their shareable state, and the customer that a reference names."""

from lealtad.customers.copy import CustomerCopy
from lealtad.customers.queries import find, resolve, unknown_customer
from lealtad.customers.repository import page as every_customer

__all__ = ["CustomerCopy", "every_customer", "find", "resolve", "unknown_customer"]
