"""SQL of the customer base."""
