"""The service's copy of the shareable state of customers."""
