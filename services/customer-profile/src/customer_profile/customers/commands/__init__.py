"""What changes customers."""
