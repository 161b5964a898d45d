"""Customers as customer-profile shares them: state and external ids."""
