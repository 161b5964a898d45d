"""What registers a batch of customers."""
