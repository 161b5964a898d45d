"""SQL of the copies of other services' customers."""
