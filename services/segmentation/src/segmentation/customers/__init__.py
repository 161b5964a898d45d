"""The copy of the shareable state of customers."""
