"""Routes that take batches."""
