"""Routes of cases."""
