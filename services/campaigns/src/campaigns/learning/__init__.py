"""What responses taught about propensities."""
