"""Customers as other services know them: a copy of their shareable state, and who a reference names."""

from lealtad.customers.copy import CustomerCopy
from lealtad.customers.repository import page as every_customer
from lealtad.customers.resolving import find, resolve, unknown_customer

__all__ = ["CustomerCopy", "every_customer", "find", "resolve", "unknown_customer"]
